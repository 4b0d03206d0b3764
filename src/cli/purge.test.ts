import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type CommandFolder, createCommandFolder } from '../../test/support/cli.ts';
import { findFreePort } from '../../test/support/free-port.ts';

const ANSWER = {
  purgedAt: '2026-11-20T09:30:00.000Z',
  accounts: [{ account: 'kore-main', endpoints: [{ endpoint: 'agentstatusdetails', entries: 12 }] }],
  responses: 3,
  fleet: { processes: 2, heard: 2, complete: true },
};

let folder: CommandFolder;
/** Answers as docs/operations.md says that the gateway does. */
let server: Server;
let url: string;
let received: unknown[];
let answer: { readonly status: number; readonly body: object };
beforeAll(async () => {
  folder = createCommandFolder();
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push([request.method, request.url, request.headers.authorization, JSON.parse(body)]);
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  received = [];
  answer = { status: 200, body: ANSWER };
});
afterAll(() => {
  folder.remove();
  server.close();
});

function purge(...args: readonly string[]) {
  return folder.run(['purge', '--url', url, ...args], { env: { SWITCHBOARD_KEY: 'CANARY' } });
}

test('asks the gateway to drop what is named, and prints what was dropped', async () => {
  const range = ['--agent', 'jane@example.com', '--from', '2026-11-19', '--to', '2026-11-19T12:00:00+01:00'];
  expect(await purge('--account', 'kore-main', ...range)).toEqual({
    status: 0,
    out: `Purged at 2026-11-20T09:30:00.000Z, confirmed by 2 of 2 processes. Dropped from the memory of the gateway that answered:
account    endpoint            entries
kore-main  agentstatusdetails       12
complete responses: 3
`,
    err: '',
  });
  const body = {
    account: 'kore-main',
    agent: 'jane@example.com',
    from: '2026-11-19',
    to: '2026-11-19T12:00:00+01:00',
  };
  expect(received).toEqual([['POST', '/admin/purge', 'Bearer CANARY', body]]);
});

test('prints the answer of the gateway as JSON', async () => {
  const { status, out } = await purge('--all', '--json');
  expect([status, JSON.parse(out)]).toEqual([0, ANSWER]);
  expect(received).toEqual([['POST', '/admin/purge', 'Bearer CANARY', { all: true }]]);
});

test('fails where not every process has confirmed it', async () => {
  answer = { status: 200, body: { ...ANSWER, fleet: { processes: 3, heard: 2, complete: false } } };
  expect(await purge('--all')).toMatchObject({
    status: 1,
    err: '2 of 3 processes have confirmed it: the others drop it when they reach Redis, or purge again\n',
  });
});

test('says that nothing was in memory', async () => {
  answer = { status: 200, body: { ...ANSWER, accounts: [{ account: 'kore-main', endpoints: [] }] } };
  const { status, out } = await purge('--all');
  expect([status, out.split('\n')[0]]).toEqual([
    0,
    'Purged at 2026-11-20T09:30:00.000Z, confirmed by 2 of 2 processes. Nothing of it was in the memory of the gateway that answered.',
  ]);
});

test.each([
  [{ agentKnown: false }, { agentKnown: false }, 1, 'no such agent is known at kore-main, lp: unknown@example.com\n'],
  [{ agentKnown: false }, { agentKnown: true }, 0, ''],
  [{ agentKnown: false }, { agentKnown: null }, 0, ''],
  [{}, {}, 0, ''],
])('says that no account knows the agent: %j, %j', async (atKore, atLp, status, err) => {
  const endpoints: readonly object[] = [];
  const accounts = [
    { account: 'kore-main', ...atKore, endpoints },
    { account: 'lp', ...atLp, endpoints },
  ];
  answer = { status: 200, body: { ...ANSWER, accounts } };
  expect(await purge('--all', '--agent', 'unknown@example.com')).toMatchObject({ status, err });
});

test('prints every problem of a rejected request, with exit status 1', async () => {
  answer = { status: 400, body: { errors: [{ message: 'no such account: kore' }, { message: 'from is after to' }] } };
  expect(await purge('--account', 'kore')).toEqual({
    status: 1,
    out: '',
    err: 'nothing was dropped:\n  no such account: kore\n  from is after to\n',
  });
});

test('says that the address has no such endpoint', async () => {
  answer = { status: 404, body: {} };
  expect(await purge('--all')).toMatchObject({
    status: 1,
    err: 'nothing was dropped: there is no /admin/purge at this address\n',
  });
});

test('has exit status 3 where the gateway does not answer', async () => {
  const port = await findFreePort();
  expect(await folder.run(['purge', '--all', '--url', `http://127.0.0.1:${port}`])).toMatchObject({
    status: 3,
    out: '',
  });
});

test.each([
  [[], 'name an --account, or pass --all'],
  [['--all', '--account', 'a'], 'name an --account, or pass --all'],
  [['--all', '--from', 'yesterday'], '--from must be a day or an instant with its zone'],
  [['--all', '--to', '2026-13-40'], '--to must be a day or an instant with its zone'],
  [['--all', '--to', '2026-11-20T08:00'], '--to must be a day or an instant with its zone'],
])('rejects the arguments %j', async (args, problem) => {
  const { status, err } = await purge(...args);
  expect([status, err.split('\n')[0]]).toEqual([2, expect.stringContaining(problem)]);
  expect(received).toEqual([]);
});
