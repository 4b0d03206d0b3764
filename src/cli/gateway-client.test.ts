import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { type CommandFolder, createCommandFolder } from '../../test/support/cli.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import { findMessages, postToGateway } from './gateway-client.ts';

interface ReceivedRequest {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

let folder: CommandFolder;
let server: Server;
let url: string;
let received: ReceivedRequest[] = [];
let answer = { status: 200, body: '{"ok":true}' };
beforeAll(async () => {
  folder = createCommandFolder();
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ path: request.url, headers: request.headers, body: JSON.parse(body) });
      response.writeHead(answer.status).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  jest.restoreAllMocks();
  received = [];
  answer = { status: 200, body: '{"ok":true}' };
  delete process.env.SWITCHBOARD_KEY;
});
afterAll(() => {
  folder.remove();
  server.close();
});

test('posts JSON below the address, with the key of the file without its final newline', async () => {
  folder.write('key', 'CANARY\n');
  const options = { url: `${url}/gateway/`, 'key-file': folder.path('key') };
  expect(await postToGateway(options, '/graphql', { a: 1 }, { 'x-more': 'b' })).toEqual({
    status: 200,
    body: { ok: true },
  });
  expect(received).toEqual([
    {
      path: '/gateway/graphql',
      headers: expect.objectContaining({
        authorization: 'Bearer CANARY',
        'content-type': 'application/json',
        'x-more': 'b',
      }),
      body: { a: 1 },
    },
  ]);
});

test('takes the key of the environment without a file, and sends none without either', async () => {
  await postToGateway({ url }, '/', {});
  process.env.SWITCHBOARD_KEY = 'CANARY';
  await postToGateway({ url }, '/', {});
  expect(received.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer CANARY']);
});

test('returns a body that is not JSON as undefined', async () => {
  answer = { status: 502, body: '<html>' };
  expect(await postToGateway({ url }, '/', {})).toEqual({ status: 502, body: undefined });
});

test.each([
  [undefined, 'the gateway refuses a request without a key: no; pass one by --key-file or SWITCHBOARD_KEY'],
  ['CANARY', 'the gateway refuses the key: no; look at its scopes, and at its digest in auth.apiKeys'],
])('says how to get access with the key %s, with exit status 3', async (key, message) => {
  if (key !== undefined) process.env.SWITCHBOARD_KEY = key;
  answer = { status: 401, body: '{"errors":[{"message":"no."}]}' };
  await expect(postToGateway({ url }, '/', {})).rejects.toMatchObject({ message, exitStatus: 3 });
});

test('says that the gateway does not answer, with exit status 3', async () => {
  const port = await findFreePort();
  await expect(postToGateway({ url: `http://127.0.0.1:${port}` }, '/', {})).rejects.toMatchObject({
    message: `http://127.0.0.1:${port} does not answer: connect ECONNREFUSED 127.0.0.1:${port}`,
    exitStatus: 3,
  });
});

test('warns where the key leaves the machine without TLS', async () => {
  const warn = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  process.env.SWITCHBOARD_KEY = 'CANARY';
  await postToGateway({ url: 'http://gateway.invalid' }, '/', {}).catch(() => undefined);
  expect(warn.mock.calls).toEqual([['warning: the key is sent to gateway.invalid without TLS']]);
});

test.each(['ftp://a', 'gateway'])('rejects the address %s, with exit status 2', async (address) => {
  await expect(postToGateway({ url: address }, '/', {})).rejects.toMatchObject({ exitStatus: 2 });
});

test('says that the file of the key cannot be read', async () => {
  await expect(postToGateway({ url, 'key-file': 'none' }, '/', {})).rejects.toThrow(
    'none: cannot be read: there is no such file',
  );
});

test('finds the messages of errors in the form of GraphQL', () => {
  expect(findMessages({ errors: [{ message: 'a' }, { message: 'b' }, {}] })).toEqual(['a', 'b']);
  for (const body of [undefined, null, 'a', {}, { errors: 'a' }]) expect(findMessages(body)).toEqual([]);
});
