import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readError, startTestServer, type TestServer } from '../../test/support/server-harness.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer();
});
afterAll(() => testServer.stop());

describe('routes', () => {
  test.each(['graphiql', 'wallboard'])('serves /%s and all paths below it', async (name) => {
    expect(await (await testServer.get(`/${name}`)).text()).toBe(name);
    expect(await (await testServer.get(`/${name}/assets/x.js`)).text()).toBe(name);
    expect((await testServer.get(`/${name}s`)).status).toBe(404);
  });

  test('answers a browser that asks for /favicon.ico with nothing, for a day', async () => {
    const response = await testServer.get('/favicon.ico');
    expect([response.status, response.headers.get('cache-control'), await response.text()]).toEqual([
      204,
      'public, max-age=86400',
      '',
    ]);
    expect((await testServer.get('/favicon.ico', {}, 'HEAD')).status).toBe(204);
  });

  test.each(['/nothing', '/graphql/', '/GRAPHQL', '//', '/../metrics', '/graphql%00'])(
    'returns 404 for the unknown path %s',
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
    ['/wallboard', 'POST', 'GET, HEAD'],
  ])('returns 405 for %s with the method %s, and Allow: %s', async (path, method, allow) => {
    const response = await testServer.get(path, {}, method);
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    if (method !== 'HEAD') expect(await readError(response)).toMatchObject({ code: 'BAD_REQUEST' });
  });
});
