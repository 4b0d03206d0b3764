import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SDL, startTestServer, type TestServer } from '../../test/support/server-harness.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer();
});
afterAll(() => testServer.stop());

describe('the served paths', () => {
  test('lists the paths at / and redirects browsers to GraphiQL', async () => {
    expect(await (await testServer.get('/')).json()).toMatchObject({ paths: { '/graphql': expect.any(String) } });
    const forBrowser = await testServer.get('/', { accept: 'text/html,*/*' });
    expect([forBrowser.status, forBrowser.headers.get('location')]).toEqual([302, '/wallboard']);
  });

  test('serves the SDL at /schema.graphql and returns 304 for a matching ETag', async () => {
    const response = await testServer.get('/schema.graphql');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toBe(SDL);
    const etag = response.headers.get('etag') ?? '';
    const again = await testServer.get('/schema.graphql', { 'if-none-match': `"other", ${etag}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await testServer.get('/schema.graphql', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('serves /healthz', async () => {
    expect((await testServer.get('/healthz')).status).toBe(200);
  });

  test('serves /metrics in the Prometheus text format', async () => {
    const response = await testServer.get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('switchboard_http_requests_total');
  });

  test('answers HEAD with the headers of GET and no body', async () => {
    const response = await testServer.get('/schema.graphql', {}, 'HEAD');
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
      200,
      String(SDL.length),
      '',
    ]);
  });
});

describe('every response', () => {
  test.each(['/healthz', '/nothing', '/graphql'])(
    'sets a request id and the security headers on the response of %s',
    async (path) => {
      const { headers } = await testServer.get(path);
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
    },
  );

  test.each(['https://elsewhere.example', 'null', 'http://127.0.0.1'])(
    'sends no CORS headers to the origin %s, so its scripts can read nothing and its preflights fail',
    async (origin) => {
      const preflightHeaders = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      };
      for (const response of [
        await testServer.post({ query: '{ hello }' }, { origin }),
        await testServer.get('/schema.graphql', { origin }),
        await testServer.get('/nothing', { origin }),
        await testServer.get('/graphql', preflightHeaders, 'OPTIONS'),
      ]) {
        expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
    },
  );

  test('sends the keep-alive timeout and the maximum number of requests', async () => {
    expect((await testServer.get('/healthz')).headers.get('keep-alive')).toBe('timeout=65, max=1000');
  });

  test('returns the client’s own request id if it is safe', async () => {
    expect((await testServer.get('/healthz', { 'x-request-id': 'abc-1.2:3' })).headers.get('x-request-id')).toBe(
      'abc-1.2:3',
    );
  });

  test.each(['<script>', 'a b', 'x'.repeat(129), '-', '"'])('replaces the unsafe request id %j', async (id) => {
    expect((await testServer.get('/healthz', { 'x-request-id': id })).headers.get('x-request-id')).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });
});

test('reports starting, ready and stopping at /readyz and as a metric', async () => {
  const own = await startTestServer();
  const readiness = async () => {
    const response = await own.get('/readyz');
    const [, ready] = /^switchboard_ready (\d)$/m.exec(await own.metrics.text()) ?? [];
    return [response.status, await response.json(), ready];
  };
  expect(await readiness()).toEqual([503, { status: 'starting', reason: 'The gateway is starting' }, '0']);
  own.server.ready();
  expect(await readiness()).toEqual([200, { status: 'ready' }, '1']);
  own.server.beginShutdown();
  expect(await readiness()).toEqual([503, { status: 'stopping', reason: 'The gateway is shutting down' }, '0']);
  expect((await own.get('/healthz')).status).toBe(200);
  expect((await own.get('/healthz')).headers.get('connection')).toBe('close');
  own.server.ready();
  expect(await readiness()).toMatchObject([503, { status: 'stopping' }, '0']);
  await own.stop();
});

test('rejects on start-up if the address cannot be used', async () => {
  const own = await startTestServer();
  await expect(startTestServer({ host: '256.0.0.1' })).rejects.toThrow();
  await own.stop();
});
