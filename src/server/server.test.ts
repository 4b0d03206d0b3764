import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readError, SDL, startTestServer, type TestServer } from '../../test/support/server-harness.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer();
});
afterAll(() => testServer.stop());

describe('what is served where', () => {
  test('/ lists the paths, and shows GraphiQL to browsers', async () => {
    expect(await (await testServer.get('/')).json()).toMatchObject({ paths: { '/graphql': expect.any(String) } });
    const forBrowser = await testServer.get('/', { accept: 'text/html,*/*' });
    expect([forBrowser.status, forBrowser.headers.get('location')]).toEqual([302, '/graphiql']);
  });

  test('/graphiql and all below it', async () => {
    expect(await (await testServer.get('/graphiql')).text()).toBe('graphiql');
    expect(await (await testServer.get('/graphiql/assets/x.js')).text()).toBe('graphiql');
    expect((await testServer.get('/graphiqls')).status).toBe(404);
  });

  test('/schema.graphql is the SDL, and need not be sent twice', async () => {
    const response = await testServer.get('/schema.graphql');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toBe(SDL);
    const etag = response.headers.get('etag') ?? '';
    const again = await testServer.get('/schema.graphql', { 'if-none-match': `"other", W/${etag}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await testServer.get('/schema.graphql', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('/healthz', async () => {
    expect((await testServer.get('/healthz')).status).toBe(200);
  });

  test('/metrics in the form that Prometheus reads', async () => {
    const response = await testServer.get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('switchboard_http_requests_total');
  });

  test('HEAD has the headers and no body', async () => {
    const response = await testServer.get('/schema.graphql', {}, 'HEAD');
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
      200,
      String(SDL.length),
      '',
    ]);
  });

  test.each(['/nothing', '/graphql/', '/GRAPHQL', '//', '/../metrics', '/graphql%00'])(
    'nothing at %s',
    async (path) => {
      const answer = await testServer.sendRaw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(answer).toContain('"code":"NOT_FOUND"');
    },
  );

  test.each([
    ['/graphql', 'PUT', 'GET, POST'],
    ['/graphql', 'OPTIONS', 'GET, POST'],
    ['/graphql', 'HEAD', 'GET, POST'],
    ['/schema.graphql', 'POST', 'GET, HEAD'],
    ['/metrics', 'DELETE', 'GET, HEAD'],
    ['/graphiql', 'POST', 'GET, HEAD'],
  ])('%s knows no %s', async (path, method, allow) => {
    const response = await testServer.get(path, {}, method);
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    if (method !== 'HEAD') expect(await readError(response)).toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('every answer', () => {
  test.each(['/healthz', '/nothing', '/graphql'])('of %s carries an id and the usual precautions', async (path) => {
    const { headers } = await testServer.get(path);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test.each(['https://elsewhere.example', 'null', 'http://127.0.0.1'])(
    'lets no script of %s read it, and no preflight succeeds',
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

  test('says how long its connection is kept, and for how many requests', async () => {
    expect((await testServer.get('/healthz')).headers.get('keep-alive')).toBe('timeout=65, max=1000');
  });

  test('carries the client’s own id if that is harmless', async () => {
    expect((await testServer.get('/healthz', { 'x-request-id': 'abc-1.2:3' })).headers.get('x-request-id')).toBe(
      'abc-1.2:3',
    );
  });

  test.each(['<script>', 'a b', 'x'.repeat(129), '-', '"'])('but not %j', async (id) => {
    expect((await testServer.get('/healthz', { 'x-request-id': id })).headers.get('x-request-id')).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });
});

test('/readyz tells the truth from start to end', async () => {
  const own = await startTestServer();
  const readiness = async () => {
    const response = await own.get('/readyz');
    return [response.status, await response.json()];
  };
  expect(await readiness()).toEqual([503, { status: 'starting', reason: 'The gateway is starting' }]);
  own.server.ready();
  expect(await readiness()).toEqual([200, { status: 'ready' }]);
  own.server.beginShutdown();
  expect(await readiness()).toEqual([503, { status: 'stopping', reason: 'The gateway is shutting down' }]);
  expect((await own.get('/healthz')).status).toBe(200);
  expect((await own.get('/healthz')).headers.get('connection')).toBe('close');
  own.server.ready();
  expect(await readiness()).toMatchObject([503, { status: 'stopping' }]);
  await own.stop();
});

test('a port that is taken is an error at the start', async () => {
  const own = await startTestServer();
  await expect(startTestServer({ host: '256.0.0.1' })).rejects.toThrow();
  await own.stop();
});
