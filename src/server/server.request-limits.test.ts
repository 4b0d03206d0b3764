import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readError, requestCounts, startTestServer, type TestServer } from '../../test/support/server-harness.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer();
});
afterAll(() => testServer.stop());

describe('request size limits', () => {
  test('accepts a URL of 8 KiB and rejects a longer one', async () => {
    const longestUrl = `/healthz?${'x'.repeat(8192 - '/healthz?'.length)}`;
    expect((await testServer.get(longestUrl)).status).toBe(200);
    expect(await readError(await testServer.get(`${longestUrl}x`))).toEqual({ status: 414, code: 'BAD_REQUEST' });
  });

  test('accepts 100 headers and rejects more', async () => {
    const sendWithHeaders = (count: number) =>
      testServer.sendRaw(
        `GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${Array.from({ length: count - 2 }, (_, i) => `h${i}: 1\r\n`).join('')}\r\n`,
      );
    expect(await sendWithHeaders(100)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await sendWithHeaders(101)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await sendWithHeaders(1400)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('slow clients', () => {
  const timeouts = { headersMs: 200, requestMs: 400, idleMs: 600, unreadMs: 600, checkIntervalMs: 20 };
  const POST = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n';

  test.each([
    ['the headers', 'GET /healthz HTTP/1.1\r\nHost: x\r\n', { method: 'other', path: 'other' }],
    ['the body', `${POST}{"query": "`, { method: 'POST', path: '/graphql' }],
  ])(
    'returns 408 to a client that sends %s too slowly, closes the connection, counts and logs it',
    async (_what, beginning, { method, path }) => {
      const own = await startTestServer({ timeouts });
      expect(await own.sendRaw(beginning)).toMatch(/^HTTP\/1\.1 408 [^]*"code":"BAD_REQUEST"/);
      expect(await own.accessLog(1)).toEqual([expect.objectContaining({ path, status: 408 })]);
      expect(await requestCounts(own)).toEqual([
        `switchboard_http_requests_total{method="${method}",path="${path}",status="408"} 1`,
      ]);
      await own.stop();
    },
  );

  test.each([
    ['headers', 'GET /healthz HTTP/1.1\r\nHost: x\r\nh: '],
    ['a body', POST],
  ])('times out a client that sends %s byte by byte', async (_what, beginning) => {
    const own = await startTestServer({ timeouts });
    expect(await own.sendRaw(beginning, { dripEveryMs: 10 })).toMatch(/^HTTP\/1\.1 408 /);
    await own.stop();
  });

  test('closes the connection of a client that does not read its response', async () => {
    const own = await startTestServer({
      timeouts,
      limits: { requestTimeoutMs: 10 },
      wait: () => Promise.resolve('x'.repeat(50_000_000)),
    });
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    socket.pause();
    const body = JSON.stringify({ query: '{ wait }' });
    socket.write(POST.replace('999', String(body.length)) + body);
    // nginx's status for a client that closed the connection before the response.
    expect(await own.accessLog(1)).toEqual([expect.objectContaining({ path: '/graphql', status: 499 })]);
    socket.destroy();
    await own.stop();
  });

  test('keeps the connection of a query that takes longer than the idle timeout, up to the request timeout', async () => {
    const own = await startTestServer({
      timeouts: { ...timeouts, idleMs: 50 },
      limits: { requestTimeoutMs: 60_000 },
      wait: () => new Promise((resolve) => setTimeout(resolve, 200, 'done')),
    });
    expect(await (await own.post({ query: '{ wait }' })).json()).toEqual({ data: { wait: 'done' } });
    await own.stop();
  });

  test.each([
    ['of all callers', { maxInFlight: 2 }, 503],
    ['of one caller', { callerConcurrency: 2 }, 429],
  ])('keep their places %s until they have read their responses', async (_whose, limits, status) => {
    let ran = 0;
    const own = await startTestServer({
      limits,
      wait: () => {
        ran += 1;
        return Promise.resolve('x'.repeat(20_000_000));
      },
    });
    const body = JSON.stringify({ query: '{ wait }' });
    const sockets = Array.from({ length: 12 }, () => connect(Number(new URL(own.url).port), '127.0.0.1'));
    for (const socket of sockets) {
      socket.pause();
      socket.on('error', () => undefined);
      socket.write(POST.replace('999', String(body.length)) + body);
    }
    // The ten that are rejected get small responses, which are out at once.
    expect((await own.accessLog(10)).map((entry) => entry.status)).toEqual(Array(10).fill(status));
    expect(ran).toBe(2);
    for (const socket of sockets) socket.destroy();
    expect(await own.accessLog(12)).toHaveLength(12);
    expect((await own.post({ query: '{ hello }' })).status).toBe(200);
    await own.stop();
  });
});
