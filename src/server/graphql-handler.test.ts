import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { manualClock } from '../../test/support/clock.ts';
import { HELLO_QUERY, readError, startTestServer, type TestServer } from '../../test/support/server-harness.ts';
import { anonymousCaller } from '../request/caller.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer();
});
afterAll(() => testServer.stop());

describe('GraphQL over HTTP', () => {
  test('answers a POST in both media types', async () => {
    const plain = await testServer.post(HELLO_QUERY);
    expect(plain.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await plain.json()).toEqual({ data: { hello: 'hello Jane' } });
    const own = await testServer.post(HELLO_QUERY, { accept: 'application/graphql-response+json' });
    expect(own.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });

  test('meets the mandatory rules of the GraphQL over HTTP specification', async () => {
    // Without this header a GET is rejected as a possible cross-site request forgery.
    const fetchFn = (url: string, init?: RequestInit) =>
      fetch(url, {
        ...init,
        headers: { ...(init?.headers as Record<string, string>), 'apollo-require-preflight': '1' },
      });
    const audits = serverAudits({ url: `${testServer.url}/graphql`, fetchFn }).filter(({ name }) =>
      name.startsWith('MUST'),
    );
    expect(audits.length).toBeGreaterThan(10);
    for (const audit of audits) expect([audit.name, (await audit.fn()).status]).toEqual([audit.name, 'ok']);
  });

  test('leaves its place after a request that could not be read', async () => {
    const own = await startTestServer({ limits: { maxInFlight: 1 } });
    const headers = { 'content-type': 'application/json' };
    const broken = await fetch(`${own.url}/graphql`, { method: 'POST', headers, body: '{' });
    expect(broken.status).toBe(400);
    expect((await own.post(HELLO_QUERY)).status).toBe(200);
    await own.stop();
  });

  test('rejects a batch of queries', async () => {
    expect(await readError(await testServer.post([HELLO_QUERY, HELLO_QUERY]))).toEqual({
      status: 400,
      code: 'BAD_REQUEST',
    });
  });
});

describe('the access log', () => {
  test('logs health probes and scrapes at debug level, unless they are refused', async () => {
    const own = await startTestServer();
    for (const path of ['/healthz', '/readyz', '/metrics', '/readyz']) {
      if (path === '/metrics') own.server.ready();
      await own.get(path);
    }
    const entries = await own.accessLog(4);
    expect(entries.map(({ level, path, status }) => [level, path, status])).toEqual([
      ['debug', '/healthz', 200],
      ['info', '/readyz', 503],
      ['debug', '/metrics', 200],
      ['debug', '/readyz', 200],
    ]);
    await own.stop();
  });

  test('logs one line for each request, without query, variables or unknown path', async () => {
    const own = await startTestServer({
      authenticate: () => Promise.resolve({ ...anonymousCaller, name: 'wallboard' }),
    });
    await own.post({ ...HELLO_QUERY, variables: { name: 'CANARY' } }, { 'x-request-id': 'r1' });
    await own.post({ query: 'query CANARY { hello }' });
    await own.get('/CANARY?CANARY=1', { authorization: 'Bearer CANARY' });
    await own.post({ ...HELLO_QUERY, operationName: 'CANARY\n"' });
    const entries = await own.accessLog(4);
    expect(entries[0]).toEqual({
      level: 'info',
      time: expect.any(String),
      message: 'request completed',
      requestId: 'r1',
      clientAddress: '127.0.0.1',
      method: 'POST',
      path: '/graphql',
      status: 200,
      ms: expect.any(Number),
      caller: 'wallboard',
      operation: 'Greet',
      vendorCalls: {},
    });
    expect(entries[2]).toMatchObject({ path: 'other', status: 404 });
    expect(entries[3]).toMatchObject({ operation: expect.stringMatching(/^sha256:[0-9a-f]{16}$/) });
    expect(own.lines.join('')).not.toContain('CANARY');
    await own.stop();
  });
});

test('passes no credentials on to Apollo Server', async () => {
  let seen: readonly string[] = [];
  const own = await startTestServer({
    graphql: ({ headers }) => {
      seen = [...headers.keys()];
      return Promise.reject(new Error('not today'));
    },
  });
  await own.post(HELLO_QUERY, { authorization: 'Bearer CANARY', cookie: 'CANARY=1', 'x-other': '1' });
  expect(seen).toContain('x-other');
  expect(seen).not.toContain('authorization');
  expect(seen).not.toContain('cookie');
  await own.stop();
});

describe('an internal error', () => {
  test('returns 500 without details for an internal error', async () => {
    const own = await startTestServer({ graphql: () => Promise.reject(new Error('CANARY')) });
    const response = await own.post(HELLO_QUERY);
    expect(await readError(response.clone())).toEqual({ status: 500, code: 'INTERNAL_SERVER_ERROR' });
    expect(await response.text()).not.toContain('CANARY');
    expect(own.lines.join('')).not.toContain('CANARY');
    await own.stop();
  });
});

describe('the request timeout', () => {
  test('aborts the work of a query at the request timeout', async () => {
    const clock = manualClock(0);
    const own = await startTestServer({
      clock,
      limits: { requestTimeoutMs: 50 },
      wait: (request) => {
        clock.advance(50);
        return Promise.resolve((request.signal.reason as Error).name);
      },
    });
    expect(await (await own.post({ query: '{ wait }' })).json()).toEqual({ data: { wait: 'TimeoutError' } });
    await own.stop();
  });
});

describe('Switchboard-Explain', () => {
  test('passes Switchboard-Explain on and rejects an unknown value', async () => {
    const own = await startTestServer({ wait: ({ explain }) => Promise.resolve(String(explain)) });
    const sendWithHeader = async (header: Record<string, string>) => own.post({ query: '{ wait }' }, header);
    expect(await (await sendWithHeader({})).json()).toEqual({ data: { wait: 'null' } });
    expect(await (await sendWithHeader({ 'Switchboard-Explain': 'trace' })).json()).toEqual({
      data: { wait: 'trace' },
    });
    expect(await readError(await sendWithHeader({ 'Switchboard-Explain': 'all' }))).toEqual({
      status: 400,
      code: 'BAD_USER_INPUT',
    });
    await own.stop();
  });
});
