import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anybody } from '../../src/request/caller.ts';
import { refusalOf, SDL, startToy, type Toy } from './support.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await startToy();
});
afterAll(() => toy.stop());

describe('what is served where', () => {
  test('/ lists the paths, and shows GraphiQL to browsers', async () => {
    expect(await (await toy.get('/')).json()).toMatchObject({ paths: { '/graphql': expect.any(String) } });
    const forBrowser = await toy.get('/', { accept: 'text/html,*/*' });
    expect([forBrowser.status, forBrowser.headers.get('location')]).toEqual([302, '/graphiql']);
  });

  test('/graphiql and all below it', async () => {
    expect(await (await toy.get('/graphiql')).text()).toBe('graphiql');
    expect(await (await toy.get('/graphiql/assets/x.js')).text()).toBe('graphiql');
    expect((await toy.get('/graphiqls')).status).toBe(404);
  });

  test('/schema.graphql is the SDL, and need not be sent twice', async () => {
    const response = await toy.get('/schema.graphql');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toBe(SDL);
    const etag = response.headers.get('etag') ?? '';
    const again = await toy.get('/schema.graphql', { 'if-none-match': `"other", W/${etag}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await toy.get('/schema.graphql', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('/healthz', async () => {
    expect((await toy.get('/healthz')).status).toBe(200);
  });

  test('/metrics in the form that Prometheus reads', async () => {
    const response = await toy.get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('switchboard_http_requests_total');
  });

  test('HEAD has the headers and no body', async () => {
    const response = await toy.get('/schema.graphql', {}, 'HEAD');
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
      200,
      String(SDL.length),
      '',
    ]);
  });

  test.each(['/nothing', '/graphql/', '/GRAPHQL', '//', '/../metrics', '/graphql%00'])(
    'nothing at %s',
    async (path) => {
      const answer = await toy.raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
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
    const response = await toy.get(path, {}, method);
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    if (method !== 'HEAD') expect(await refusalOf(response)).toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('a request target that is a whole address', () => {
  const ask = (line: string, headers = '') =>
    toy.raw(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);

  test.each([
    'GET http://x/healthz',
    'GET HTTP://elsewhere.example:81/healthz',
    'GET https://[::1]:8443/healthz?a=http://y/z',
    'HEAD http://x/healthz',
  ])('is served like its path: %s', async (line) => {
    expect(await ask(line)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each(['http://x', 'http://x?a=/healthz', 'http://x/?a'])(
    'is served like / where it has no path: %s',
    async (target) => {
      expect(await ask(`GET ${target}`)).toMatch(/^HTTP\/1\.1 200 [^]*"paths":/);
    },
  );

  test('is not one that only stands in a query', async () => {
    expect(await ask('GET /healthz?a=http://x/nothing')).toContain('{"status":"alive"}');
  });

  test('may ask a query, by the rules for all queries', async () => {
    const target = 'http://x/graphql?query=%7Bhello(name:%22a?b%22)%7D';
    expect(await ask(`GET ${target}`, 'apollo-require-preflight: 1\r\n')).toMatch(
      /^HTTP\/1\.1 200 [^]*\{"data":\{"hello":"hello a\?b"\}\}/,
    );
    expect(await ask(`GET ${target}`)).toMatch(/^HTTP\/1\.1 400 /);
    const own = await startToy({ authenticate: () => Promise.resolve({ failure: 'missing' }) });
    const answer = await own.raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await own.stop();
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('by POST, too', async () => {
    const body = '{"query":"{ hello }"}';
    const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    expect(await ask('POST http://x/graphql', `${headers}\r\n${body}`)).toContain('{"data":{"hello":"hello you"}}');
  });

  test('knows the methods of its path, and is no longer than any other', async () => {
    expect(await ask('OPTIONS http://x/graphql')).toMatch(/^HTTP\/1\.1 405 [^]*\r\nallow: GET, POST\r\n/);
    const fits = `http://x/healthz?${'x'.repeat(8192 - 'http://x/healthz?'.length)}`;
    expect(await ask(`GET ${fits}`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask(`GET ${fits}x`)).toMatch(/^HTTP\/1\.1 414 /);
  });

  test('is counted and logged as its path', async () => {
    const own = await startToy();
    await own.raw('GET http://CANARY/healthz?CANARY HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const [entries, counts] = [await own.logged(1), await counted(own)];
    await own.stop();
    expect(entries).toMatchObject([{ method: 'GET', path: '/healthz', status: 200 }]);
    expect(own.lines.join('')).not.toContain('CANARY');
    expect(counts).toEqual(['switchboard_http_requests_total{method="GET",path="/healthz",status="200"} 1']);
  });

  test.each([
    ['GET http://x/nothing', 404],
    ['GET http://x//healthz', 404],
    ['GET http://x/http://x/healthz', 404],
    ['GET http://x/healthz#a', 404],
    ['GET http:///healthz', 404],
    ['GET ftp://x/healthz', 404],
    ['GET httpx://x/healthz', 404],
    ['GET //x/healthz', 404],
    ['GET //evil/graphql', 404],
    ['GET /http://x/healthz', 404],
    ['GET *', 404],
    ['OPTIONS *', 404],
    ['GET http:/healthz', 400],
    ['GET x:80', 400],
  ])('is not whatever looks like one: %s is answered %i', async (line, status) => {
    expect(await ask(line)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

describe('every answer', () => {
  test.each(['/healthz', '/nothing', '/graphql'])('of %s carries an id and the usual precautions', async (path) => {
    const { headers } = await toy.get(path);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test.each(['https://elsewhere.example', 'null', 'http://127.0.0.1'])(
    'lets no script of %s read it, and no preflight succeeds',
    async (origin) => {
      const asked = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      };
      for (const response of [
        await toy.post({ query: '{ hello }' }, { origin }),
        await toy.get('/schema.graphql', { origin }),
        await toy.get('/nothing', { origin }),
        await toy.get('/graphql', asked, 'OPTIONS'),
      ]) {
        expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
    },
  );

  test('says how long its connection is kept, and for how many requests', async () => {
    expect((await toy.get('/healthz')).headers.get('keep-alive')).toBe('timeout=65, max=1000');
  });

  test('carries the client’s own id if that is harmless', async () => {
    expect((await toy.get('/healthz', { 'x-request-id': 'abc-1.2:3' })).headers.get('x-request-id')).toBe('abc-1.2:3');
  });

  test.each(['<script>', 'a b', 'x'.repeat(129), '-', '"'])('but not %j', async (id) => {
    expect((await toy.get('/healthz', { 'x-request-id': id })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

/** What has been counted of requests. */
async function counted({ metrics }: Toy): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith('switchboard_http_requests_total{'));
}

describe('requests that are too big to look at', () => {
  test('a URL of 8 KiB passes, one character more does not', async () => {
    const fits = `/healthz?${'x'.repeat(8192 - '/healthz?'.length)}`;
    expect((await toy.get(fits)).status).toBe(200);
    expect(await refusalOf(await toy.get(`${fits}x`))).toEqual({ status: 414, code: 'BAD_REQUEST' });
  });

  test('100 headers pass, 101 do not, nor 2000', async () => {
    const answer = (count: number) =>
      toy.raw(
        `GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${Array.from({ length: count - 2 }, (_, i) => `h${i}: 1\r\n`).join('')}\r\n`,
      );
    expect(await answer(100)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answer(101)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await answer(1400)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('headers of more than 16 KiB are refused in JSON, too', async () => {
    const own = await startToy();
    const answer = await own.raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nh: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*"code":"BAD_REQUEST"/);
    expect(await counted(own)).toEqual(['switchboard_http_requests_total{method="other",path="other",status="431"} 1']);
    await own.stop();
  });

  test('what is not HTTP is refused in JSON', async () => {
    const own = await startToy();
    expect(await own.raw('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"BAD_REQUEST"/);
    expect(await counted(own)).toEqual(['switchboard_http_requests_total{method="other",path="other",status="400"} 1']);
    await own.stop();
  });
});

describe('a client that takes its time', () => {
  const patience = { headersMs: 200, requestMs: 400, idleMs: 600, lookEveryMs: 20 };
  const POST = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n';

  test.each([
    ['the headers', 'GET /healthz HTTP/1.1\r\nHost: x\r\n', { method: 'other', path: 'other' }],
    ['the body', `${POST}{"query": "`, { method: 'POST', path: '/graphql' }],
  ])('over %s is told so, let go, counted and logged', async (_what, beginning, { method, path }) => {
    const own = await startToy({ patience });
    expect(await own.raw(beginning)).toMatch(/^HTTP\/1\.1 408 [^]*"code":"BAD_REQUEST"/);
    expect(await own.logged(1)).toEqual([expect.objectContaining({ path, status: 408 })]);
    expect(await counted(own)).toEqual([
      `switchboard_http_requests_total{method="${method}",path="${path}",status="408"} 1`,
    ]);
    await own.stop();
  });

  test.each([
    ['headers', 'GET /healthz HTTP/1.1\r\nHost: x\r\nh: '],
    ['a body', POST],
  ])('is not helped by sending byte after byte of %s', async (_what, beginning) => {
    const own = await startToy({ patience });
    expect(await own.raw(beginning, { dripEveryMs: 10 })).toMatch(/^HTTP\/1\.1 408 /);
    await own.stop();
  });

  test('over reading its answer is let go, and its answer with it', async () => {
    const own = await startToy({ patience, wait: () => Promise.resolve('x'.repeat(50_000_000)) });
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    socket.pause();
    const body = JSON.stringify({ query: '{ wait }' });
    socket.write(POST.replace('999', String(body.length)) + body);
    // What nginx says of a client that went before it had its answer.
    expect(await own.logged(1)).toEqual([expect.objectContaining({ path: '/graphql', status: 499 })]);
    socket.destroy();
    await own.stop();
  });
});

test('/readyz tells the truth from start to end', async () => {
  const own = await startToy();
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
  const own = await startToy();
  await expect(startToy({ host: '256.0.0.1' })).rejects.toThrow();
  await own.stop();
});

describe('who may see what', () => {
  test.each([
    ['/schema.graphql', 'introspect'],
    ['/metrics', 'metrics'],
  ] as const)('%s needs the scope %s', async (path, scope) => {
    for (const [scopes, status] of [
      [new Set([scope]), 200],
      [new Set(['read', 'explain'] as const), 403],
    ] as const) {
      const own = await startToy({ authenticate: () => Promise.resolve({ ...anybody, scopes }) });
      const response = await own.get(path);
      expect(response.status).toBe(status);
      if (status === 403) expect(await refusalOf(response)).toMatchObject({ code: 'FORBIDDEN' });
      await own.stop();
    }
  });

  test('strangers are refused alike, whatever is wrong with them, and before their body is read', async () => {
    const failures = ['missing', 'expired', 'unknown_key'] as const;
    const bodies = new Set<string>();
    for (const failure of failures) {
      const own = await startToy({ authenticate: () => Promise.resolve({ failure }) });
      for (const response of [
        await own.post('{ not even JSON'),
        await own.get('/metrics'),
        await own.get('/schema.graphql'),
      ]) {
        expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
        bodies.add(await response.text());
      }
      for (const path of ['/', '/healthz', '/graphiql']) expect((await own.get(path)).status).toBe(200);
      expect(await own.logged(6)).toContainEqual(
        expect.objectContaining({ path: '/metrics', status: 401, refused: failure }),
      );
      await own.stop();
    }
    expect([...bodies]).toEqual([
      '{"errors":[{"message":"Authenticate with \\"Authorization: Bearer …\\"","extensions":{"code":"UNAUTHENTICATED"}}]}\n',
    ]);
  });

  test('where no caller can be recognised at all, that is nobody’s fault but ours', async () => {
    const own = await startToy({ authenticate: () => Promise.resolve({ failure: 'keys_unavailable' }) });
    const response = await own.post({ query: '{ hello }' });
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await refusalOf(response)).toEqual({ status: 503, code: 'INTERNAL_SERVER_ERROR' });
    await own.stop();
  });
});
