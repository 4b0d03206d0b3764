import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { HttpError } from './http-error.ts';
import { send, sendError, sendHead, sendJson, varyByCoding } from './respond.ts';

async function fetchFrom(
  respond: (to: { readonly response: ServerResponse; readonly headers: string[] }) => void,
): Promise<Response> {
  const server = createServer((_request, response) => {
    respond({ response, headers: ['x-request-id', 'r1'] });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } });
  server.close();
  return response;
}

test('sends the length of the body in bytes, not characters', async () => {
  const response = await fetchFrom((to) => {
    send(to, 200, { 'content-type': 'text/plain; charset=utf-8' }, 'é');
  });
  expect([response.headers.get('content-length'), await response.text()]).toEqual(['2', 'é']);
});

test.each([256, 8192, 8448])('sends the bytes of a body of %i bytes as they are', async (length) => {
  const body = Buffer.from(Array.from({ length }, (_, index) => index % 256));
  const response = await fetchFrom((to) => {
    send(to, 200, {}, body);
  });
  expect(response.headers.get('content-length')).toBe(String(length));
  expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
});

test('sends a value as JSON with a final newline', async () => {
  const response = await fetchFrom((to) => {
    sendJson(to, 202, { a: 1 });
  });
  expect([response.status, await response.text()]).toEqual([202, '{"a":1}\n']);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
});

test('sends an HTTP error with its status, headers and JSON body', async () => {
  const response = await fetchFrom((to) => {
    sendError(to, new HttpError(503, 'OVERLOADED', 'Busy.', { headers: { 'retry-after': '1' } }));
  });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await response.json()).toEqual({ errors: [{ message: 'Busy.', extensions: { code: 'OVERLOADED' } }] });
});

test('keeps the Vary of an answer beside that of its coding and its origin', async () => {
  const response = await fetchFrom(({ response: to, headers }) => {
    headers.push('vary', 'Origin');
    varyByCoding({ headers });
    send({ response: to, headers }, 200, { vary: 'authorization' }, 'text');
  });
  expect(response.headers.get('vary')).toBe('Origin, Accept-Encoding, authorization');
});

test('leaves the length of the body to the body, and forbids caching unless the answer says more', async () => {
  const response = await fetchFrom((to) => {
    send(to, 200, { 'content-length': '999' }, 'text');
  });
  expect(response.headers.get('content-length')).toBe('4');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const cacheable = await fetchFrom((to) => {
    sendHead(to, 204, { 'cache-control': 'public' });
  });
  expect(cacheable.headers.get('cache-control')).toBe('public');
});
