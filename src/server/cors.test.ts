import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readError, startTestServer, type TestServer } from '../../test/support/server-harness.ts';
import { anonymousCaller } from '../request/caller.ts';

const ORIGIN = 'https://wallboard.example.com';
const PREFLIGHT = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer({
    cors: { origins: [ORIGIN], maxAgeSeconds: 600 },
    limits: { bodyBytes: 100 },
    authenticate: (text) => Promise.resolve(text ? anonymousCaller : { failure: 'missing' }),
  });
});
afterAll(() => testServer.stop());

const HANDSHAKE = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

function corsHeaders({ headers }: Response) {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'));
}

const READABLE = {
  'access-control-allow-origin': ORIGIN,
  'access-control-expose-headers': 'x-request-id, retry-after',
  vary: expect.stringMatching(/\bOrigin\b/),
};

describe('a listed origin', () => {
  test.each([
    ['/graphql', 'GET, POST'],
    ['/schema.graphql', 'GET, HEAD'],
  ])('gets its preflight for %s answered before authentication', async (path, methods) => {
    const response = await testServer.get(path, { origin: ORIGIN, ...PREFLIGHT }, 'OPTIONS');
    expect(response.status).toBe(204);
    expect(corsHeaders(response)).toEqual({
      ...READABLE,
      'access-control-allow-methods': methods,
      'access-control-allow-headers':
        'authorization, content-type, apollo-require-preflight, x-request-id, switchboard-explain',
      'access-control-max-age': '600',
    });
  });

  test('can read answers and errors', async () => {
    const key = { origin: ORIGIN, authorization: 'Bearer key' };
    for (const [status, response] of [
      [200, await testServer.post({ query: '{ hello }' }, key)],
      [401, await testServer.post({ query: '{ hello }' }, { origin: ORIGIN })],
      [413, await testServer.post({ query: `{ hello } #${'x'.repeat(100)}` }, key)],
      [405, await testServer.get('/graphql', key, 'PUT')],
      [200, await testServer.get('/schema.graphql', key)],
    ] as const) {
      expect(response.status).toBe(status);
      expect(corsHeaders(response)).toEqual(READABLE);
    }
  });

  test('gets no CORS header from the other paths', async () => {
    expect(corsHeaders(await testServer.get('/healthz', { origin: ORIGIN }))).toEqual({});
  });

  test('is not refused a WebSocket upgrade for its origin, and neither is the gateway’s own page', async () => {
    const upgrade = (headers: string) =>
      testServer.sendRaw(
        `GET /graphql HTTP/1.1\r\nHost: x:1\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n${HANDSHAKE}${headers}\r\n`,
        { until: '\r\n\r\n' },
      );
    expect(await upgrade('Origin: https://elsewhere.example\r\n')).toMatch(/^HTTP\/1\.1 403 /);
    expect(await upgrade('Origin: null\r\n')).toMatch(/^HTTP\/1\.1 403 /);
    for (const origin of [ORIGIN, 'http://x:1'])
      expect(await upgrade(`Origin: ${origin}\r\n`)).toMatch(/^HTTP\/1\.1 101 /);
  });
});

describe('another origin', () => {
  test.each([`${ORIGIN}.evil.example`, `${ORIGIN}:444`, 'http://wallboard.example.com', ORIGIN.toUpperCase(), 'null'])(
    'gets only Vary: %s',
    async (origin) => {
      const preflight = await testServer.get('/graphql', { origin, ...PREFLIGHT }, 'OPTIONS');
      expect(await readError(preflight)).toMatchObject({ status: 405 });
      for (const response of [
        preflight,
        await testServer.get('/graphql', { origin }),
        await testServer.get('/graphql'),
      ])
        expect(corsHeaders(response)).toEqual({ vary: expect.stringMatching(/\bOrigin\b/) });
    },
  );
});

test('allows every origin by *, which a cache may not give to a request without one', async () => {
  const own = await startTestServer({ cors: { origins: ['*'], maxAgeSeconds: 0 } });
  const ofPage = await own.post({ query: '{ hello }' }, { origin: 'https://any.example' });
  expect(ofPage.headers.get('access-control-allow-origin')).toBe('*');
  const other = await own.post({ query: '{ hello }' });
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
  for (const { headers } of [ofPage, other]) expect(headers.get('vary')).toMatch(/\bOrigin\b/);
  await own.stop();
});
