import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { anybody } from '../../src/request/caller.ts';
import { manualClock } from '../support/clock.ts';
import { refusalOf, startToy, type Toy } from './support.ts';

const BODY_BYTES = 1000;
let toy: Toy;
beforeAll(async () => {
  toy = await startToy({ limits: { bodyBytes: BODY_BYTES } });
});
afterAll(() => toy.stop());

const QUERY = {
  query: 'query Greet($name: String) { hello(name: $name) }',
  variables: { name: 'Jane' },
  operationName: 'Greet',
};
const ofBytes = (count: number) => {
  const body = JSON.stringify({ query: '{ hello }', padding: '' });
  return body.replace('""', `"${'x'.repeat(count - body.length)}"`);
};

describe('a query', () => {
  test('by POST, in both media types', async () => {
    const plain = await toy.post(QUERY);
    expect(plain.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await plain.json()).toEqual({ data: { hello: 'hello Jane' } });
    const own = await toy.post(QUERY, { accept: 'application/graphql-response+json' });
    expect(own.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });

  test('by GET, with the header that no other site can make a browser send', async () => {
    const path = '/graphql?query=%7Bhello%7D';
    expect(await (await toy.get(path, { 'apollo-require-preflight': '1' })).json()).toEqual({
      data: { hello: 'hello you' },
    });
    expect(await refusalOf(await toy.get(path))).toEqual({ status: 400, code: 'BAD_REQUEST' });
  });

  test.each([
    [{ 'content-type': 'application/json' }, 200],
    [{ 'content-type': 'text/plain', 'apollo-require-preflight': '1' }, 415],
    [{ 'content-type': 'multipart/form-data', 'apollo-require-preflight': '1' }, 415],
    // These two a form on another site can send.
    [{ 'content-type': 'text/plain' }, 400],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 400],
  ])('by GET with %j: %i', async (headers, status) => {
    let ran = false;
    const own = await startToy({ wait: () => Promise.resolve(String((ran = true))) });
    const response = await own.get('/graphql?query=%7Bwait%7D', headers);
    expect([response.status, ran]).toEqual([status, status === 200]);
    await own.stop();
  });

  test('meets the mandatory rules of GraphQL over HTTP', async () => {
    // Without this header a GET is refused as a forgery that another site might have sent.
    const fetchFn = (url: string, init?: RequestInit) =>
      fetch(url, {
        ...init,
        headers: { ...(init?.headers as Record<string, string>), 'apollo-require-preflight': '1' },
      });
    const audits = serverAudits({ url: `${toy.url}/graphql`, fetchFn }).filter(({ name }) => name.startsWith('MUST'));
    expect(audits.length).toBeGreaterThan(10);
    for (const audit of audits) expect([audit.name, (await audit.fn()).status]).toEqual([audit.name, 'ok']);
  });

  test('in a batch is refused', async () => {
    expect(await refusalOf(await toy.post([QUERY, QUERY]))).toEqual({ status: 400, code: 'BAD_REQUEST' });
  });
});

describe('a body', () => {
  test('may be as long as the limit and no longer', async () => {
    expect((await toy.post(ofBytes(BODY_BYTES))).status).toBe(200);
    expect(await refusalOf(await toy.post(ofBytes(BODY_BYTES + 1)))).toEqual({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    });
  });

  test('is measured in bytes, not characters', async () => {
    const body = ofBytes(BODY_BYTES - 100).replace('xx', 'é'.repeat(60));
    expect(body.length).toBeLessThan(BODY_BYTES);
    expect((await toy.post(body)).status).toBe(413);
  });

  test('of megabytes is refused with an answer that the client gets to read, whether it says its length or not', async () => {
    const huge = 'x'.repeat(8_000_000);
    expect((await toy.post(huge)).status).toBe(413);
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([huge]).stream(),
      duplex: 'half',
    };
    expect((await fetch(`${toy.url}/graphql`, init as RequestInit)).status).toBe(413);
    expect(await toy.metrics.text()).toContain('switchboard_limit_rejections_total{limit="body_bytes"}');
  });

  test.each(['', '{', 'query', '\ufeff', '{"query": "{ hello }"}}', "{'query': 1}"])('%j is not JSON', async (body) => {
    expect(await refusalOf(await toy.post(body))).toEqual({ status: 400, code: 'BAD_REQUEST' });
  });

  test('that is not UTF-8 is refused', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"query":"{ hello(name: \\"'),
      Buffer.from([0xff]),
      Buffer.from('\\") }"}'),
    ]);
    expect((await toy.post(bytes)).status).toBe(400);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/jsonx',
    'nonsense',
    'application/json; charset=utf-7',
    'application/json; charset=iso-8859-1',
  ])('of type %s is refused', async (type) => {
    expect(await refusalOf(await toy.post(QUERY, { 'content-type': type }))).toEqual({
      status: 415,
      code: 'BAD_REQUEST',
    });
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'of type %s is taken',
    async (type) => {
      expect((await toy.post(QUERY, { 'content-type': type })).status).toBe(200);
    },
  );

  test.each(['gzip', 'br', 'gzip, identity'])('that is compressed (%s) is refused', async (coding) => {
    const response = await toy.post(gzipSync(JSON.stringify(QUERY)), { 'content-encoding': coding });
    expect(await refusalOf(response)).toEqual({ status: 415, code: 'BAD_REQUEST' });
  });
});

describe('the log', () => {
  test('has a line for every request, with nothing of what was asked', async () => {
    const own = await startToy({ authenticate: () => Promise.resolve({ ...anybody, name: 'wallboard' }) });
    await own.post({ ...QUERY, variables: { name: 'CANARY' } }, { 'x-request-id': 'r1' });
    await own.post({ query: 'query CANARY { hello }' });
    await own.get('/CANARY?CANARY=1', { authorization: 'Bearer CANARY' });
    await own.post({ ...QUERY, operationName: 'CANARY\n"' });
    const entries = await own.logged(4);
    expect(entries[0]).toEqual({
      level: 'info',
      time: expect.any(String),
      message: 'request',
      requestId: 'r1',
      method: 'POST',
      path: '/graphql',
      status: 200,
      ms: expect.any(Number),
      caller: 'wallboard',
      operation: 'Greet',
      vendorCalls: 0,
    });
    expect(entries[2]).toMatchObject({ path: 'other', status: 404 });
    expect(entries[3]).toMatchObject({ operation: expect.stringMatching(/^sha256:[0-9a-f]{16}$/) });
    expect(own.lines.join('')).not.toContain('CANARY');
    await own.stop();
  });
});

test('what proves who asks goes no further than the door', async () => {
  let seen: readonly string[] = [];
  const own = await startToy({
    graphql: ({ headers }) => {
      seen = [...headers.keys()];
      return Promise.reject(new Error('not today'));
    },
  });
  await own.post(QUERY, { authorization: 'Bearer CANARY', cookie: 'CANARY=1', 'x-other': '1' });
  expect(seen).toContain('x-other');
  expect(seen).not.toContain('authorization');
  expect(seen).not.toContain('cookie');
  await own.stop();
});

describe('a failure of the server itself', () => {
  test('is a 500 that gives nothing away', async () => {
    const own = await startToy({ graphql: () => Promise.reject(new Error('CANARY')) });
    const response = await own.post(QUERY);
    expect(await refusalOf(response.clone())).toEqual({ status: 500, code: 'INTERNAL_SERVER_ERROR' });
    expect(await response.text()).not.toContain('CANARY');
    expect(own.lines.join('')).not.toContain('CANARY');
    await own.stop();
  });
});

describe('a client that goes away', () => {
  test('ends what was done for it', async () => {
    const begun = Promise.withResolvers<undefined>();
    const given = Promise.withResolvers<unknown>();
    const own = await startToy({
      wait: (request) => {
        begun.resolve(undefined);
        return new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => {
            given.resolve(request.signal.reason);
            reject(new Error('given up'));
          });
        });
      },
    });
    const client = new AbortController();
    const answer = fetch(`${own.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ wait }"}',
      signal: client.signal,
    });
    await begun.promise;
    client.abort();
    await expect(answer).rejects.toThrow();
    expect(await given.promise).toMatchObject({ name: 'AbortError' });
    expect(await own.logged(1)).toMatchObject([{ status: 499, path: '/graphql' }]);
    expect(await own.metrics.text()).toContain('switchboard_http_requests_in_flight 0');
    await own.stop();
  });

  test('in the middle of its body leaves nothing behind', async () => {
    const own = await startToy();
    await new Promise<void>((resolve) => {
      const client = new AbortController();
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(Buffer.from('{"query":'));
          setImmediate(() => {
            client.abort();
          });
        },
      });
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        duplex: 'half',
        signal: client.signal,
      };
      fetch(`${own.url}/graphql`, init as RequestInit).catch(() => {
        resolve();
      });
    });
    expect((await own.get('/healthz')).status).toBe(200);
    await own.stop();
    expect(await own.metrics.text()).toContain('switchboard_http_requests_in_flight 0');
  });
});

describe('the deadline', () => {
  test('reaches whatever runs for the query', async () => {
    const clock = manualClock(0);
    const own = await startToy({
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
  test('is passed on, and refused where it means nothing', async () => {
    const own = await startToy({ wait: ({ explain }) => Promise.resolve(String(explain)) });
    const asked = async (header: Record<string, string>) => own.post({ query: '{ wait }' }, header);
    expect(await (await asked({})).json()).toEqual({ data: { wait: 'null' } });
    expect(await (await asked({ 'Switchboard-Explain': 'trace' })).json()).toEqual({ data: { wait: 'trace' } });
    expect(await refusalOf(await asked({ 'Switchboard-Explain': 'all' }))).toEqual({
      status: 400,
      code: 'BAD_USER_INPUT',
    });
    await own.stop();
  });
});

describe('limits on callers', () => {
  test('so many in a minute, each caller by itself', async () => {
    const clock = manualClock(0);
    const own = await startToy({
      clock,
      limits: { callerRequestsPerMinute: 2 },
      authenticate: (authorization) => Promise.resolve({ ...anybody, name: authorization ?? 'nobody' }),
    });
    const ask = (authorization: string) => own.post(QUERY, { authorization });
    expect((await ask('a')).status).toBe(200);
    clock.advance(20_000);
    expect((await ask('a')).status).toBe(200);
    const third = await ask('a');
    expect(third.headers.get('retry-after')).toBe('40');
    expect(await refusalOf(third)).toEqual({ status: 429, code: 'RATE_LIMITED' });
    expect((await ask('b')).status).toBe(200);
    clock.advance(39_999);
    expect((await ask('a')).status).toBe(429);
    clock.advance(1);
    expect((await ask('a')).status).toBe(200);
    expect((await own.get('/healthz')).status).toBe(200);
    await own.stop();
  });

  test('so many at a time', async () => {
    const release = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<undefined>();
    const own = await startToy({
      limits: { callerConcurrency: 1 },
      wait: () => {
        begun.resolve(undefined);
        return release.promise;
      },
    });
    const first = own.post({ query: '{ wait }' });
    await begun.promise;
    expect(await refusalOf(await own.post(QUERY))).toEqual({ status: 429, code: 'RATE_LIMITED' });
    release.resolve('done');
    expect((await first).status).toBe(200);
    expect((await own.post(QUERY)).status).toBe(200);
    await own.stop();
  });
});
