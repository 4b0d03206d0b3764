import { afterEach, expect, test } from '@jest/globals';
import { HELLO_QUERY, startTestServer, type TestServer } from '../../test/support/server-harness.ts';
import { createSpanRecorder, RECORDED_TRACE_ID } from '../../test/support/span-recorder.ts';
import { systemClock } from '../domain/clock.ts';
import { createResponseCache } from './response-cache/response-cache.ts';

let server: TestServer;
afterEach(() => server.stop());

async function start(options: Parameters<typeof startTestServer>[0] = {}) {
  const { roots, tracer } = createSpanRecorder();
  server = await startTestServer({ ...options, tracer });
  return roots;
}

test('describes a request as an HTTP server, without its query string, and ends with its response', async () => {
  const roots = await start();
  await server.post(HELLO_QUERY, {
    'x-request-id': 'request-1',
    'user-agent': 'x'.repeat(500),
    traceparent: 'of-client',
  });
  const [entry] = await server.accessLog(1);
  expect(roots).toMatchObject([{ kind: 'server', ends: 1, failure: null }]);
  expect(roots[0]?.origin?.headers).toMatchObject({ traceparent: 'of-client' });
  expect(roots[0]?.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/graphql',
    'http.response.status_code': 200,
    'url.path': '/graphql',
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
    'client.address': '127.0.0.1',
    'user_agent.original': 'x'.repeat(128),
    'switchboard.request_id': 'request-1',
    'switchboard.caller': 'anonymous',
  });
  expect(entry?.traceId).toBe(RECORDED_TRACE_ID);
});

test('names the limit by which a request was refused, which is no failure of the server', async () => {
  const roots = await start({ limits: { bodyBytes: 10 } });
  await server.post(HELLO_QUERY);
  await server.accessLog(1);
  expect(roots).toMatchObject([
    { failure: null, attributes: { 'http.response.status_code': 413, 'switchboard.rejection': 'body_bytes' } },
  ]);
});

test('fails with the status of an error of the server', async () => {
  const roots = await start({ graphql: () => Promise.reject(new Error('CANARY')) });
  await server.post(HELLO_QUERY);
  await server.accessLog(1);
  expect(roots).toMatchObject([{ failure: '500', ends: 1 }]);
  expect(JSON.stringify(roots)).not.toContain('CANARY');
});

test('traces no other path, and no preflight', async () => {
  const roots = await start({ cors: { origins: ['https://wallboard.example.com'], maxAgeSeconds: 600 } });
  const preflight = { origin: 'https://wallboard.example.com', 'access-control-request-method': 'POST' };
  await server.get('/graphql', preflight, 'OPTIONS');
  for (const path of ['/healthz', '/readyz', '/metrics', '/schema.graphql', '/other']) await server.get(path);
  expect(roots).toEqual([]);
});

test('says where an answer comes from, and names the operation of one that is not executed', async () => {
  const responses = createResponseCache({ maxBytes: 1_000_000, clock: systemClock, onRead: () => undefined });
  const roots = await start({ responses });
  for (let request = 0; request < 3; request += 1) await server.post(HELLO_QUERY);
  await server.accessLog(3);
  expect(roots.map(({ name, attributes }) => [name, attributes['switchboard.response']])).toEqual([
    ['GraphQL Operation', 'executed'],
    ['GraphQL Operation', 'executed-and-stored'],
    ['query Greet', 'stored'],
  ]);
});
