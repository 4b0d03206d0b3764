import { describe, expect, test } from '@jest/globals';
import type { ClientOptions } from './client-options.ts';
import { createClientIn } from './client.ts';
import { RequestError } from './request-error.ts';
import { toTypedDocument, type TypedDocument } from './typed-document.ts';

const ENDPOINT = 'https://switchboard.example.com/graphql';
const counter: TypedDocument<{ readonly count: number }, { readonly by?: number | null }> = toTypedDocument(
  'query ($by: Int) { count(by: $by) }',
);

interface SentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

type Reply = Response | Error;

/** A client whose requests get these replies, one after the other, and whose time passes at once. */
function createTestClient(replies: readonly Reply[], options: Partial<ClientOptions> = {}) {
  const sent: SentRequest[] = [];
  const waits: number[] = [];
  const left = [...replies];
  const client = createClientIn(
    {
      fetch: (url, init) => {
        sent.push({
          url: url as string,
          headers: init?.headers as SentRequest['headers'],
          body: JSON.parse(init?.body as string),
        });
        if (init?.signal?.aborted === true) return Promise.reject(init.signal.reason as Error);
        const next = left.shift() ?? new Error('no reply left');
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
      sleep: (ms, signal) => {
        waits.push(ms);
        return signal?.aborted === true ? Promise.reject(signal.reason as Error) : Promise.resolve();
      },
      setTimer: () => () => undefined,
      random: () => 0.5,
    },
    { url: ENDPOINT, ...options },
  );
  return { client, sent, waits };
}

function reply(body: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

function refusal(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Response {
  return reply({ errors: [{ message: code, extensions: { code } }] }, headers, status);
}

const vendorDown = { code: 'VENDOR_UNAVAILABLE', account: 'vcc', retryable: true };

describe('query', () => {
  test('sends the text, the variables and the token', async () => {
    const { client, sent } = createTestClient([reply({ data: { count: 3 } })], { token: 'key' });
    const { data } = await client.query(counter, { by: 3 });
    expect(data.count).toBe(3);
    expect(sent).toEqual([
      {
        url: ENDPOINT,
        headers: expect.objectContaining({ authorization: 'Bearer key', 'content-type': 'application/json' }),
        body: { query: 'query ($by: Int) { count(by: $by) }', variables: { by: 3 } },
      },
    ]);
  });

  test('sends the id of a document where that is wanted, and the text of one without an id', async () => {
    const trusted: typeof counter = toTypedDocument('query { count }', 'sha256:abc');
    const generated: typeof counter = { toString: () => '{ count }', __meta__: { hash: 'def' } };
    const replies = Array.from({ length: 4 }, () => reply({ data: { count: 1 } }));
    const { client, sent } = createTestClient(replies, { documentIds: true });
    for (const document of [trusted, generated, counter]) await client.query(document, { by: 1 });
    expect(sent.map(({ body }) => body)).toEqual([
      { documentId: 'sha256:abc', variables: { by: 1 } },
      { documentId: 'def', variables: { by: 1 } },
      { query: String(counter), variables: { by: 1 } },
    ]);
    const plain = createTestClient(replies.slice(3));
    await plain.client.query(trusted);
    expect(plain.sent[0]?.body).toEqual({ query: 'query { count }' });
  });

  test('needs neither variables nor a token', async () => {
    const { client, sent } = createTestClient([reply({ data: { count: 1 } })]);
    await client.query(counter);
    expect(sent[0]?.headers).not.toHaveProperty('authorization');
    expect(sent[0]?.body).toEqual({ query: String(counter) });
  });

  test('takes the current token for each request', async () => {
    let token = 0;
    const { client, sent } = createTestClient([refusal(503, 'OVERLOADED'), reply({ data: { count: 1 } })], {
      token: () => Promise.resolve(`token-${++token}`),
    });
    await client.query(counter);
    expect(sent.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('returns errors beside data, and when to ask again', async () => {
    const errors = [{ message: 'down', path: ['count'], extensions: vendorDown }];
    const { client } = createTestClient([
      reply({ data: { count: null }, errors }, { 'cache-control': 'private, max-age=7' }),
    ]);
    expect(await client.query(counter)).toEqual({ data: { count: null }, errors, maxAgeSeconds: 7 });
  });

  test('sends a refused request again after the time that the gateway names', async () => {
    const { client, sent, waits } = createTestClient([
      refusal(503, 'OVERLOADED', { 'retry-after': '2' }),
      refusal(429, 'RATE_LIMITED', { 'retry-after': '30' }),
      reply({ data: { count: 1 } }),
    ]);
    expect((await client.query(counter)).data.count).toBe(1);
    expect(sent).toHaveLength(3);
    expect(waits).toEqual([2250, 30_250]);
  });

  test('gives up after maxRetries', async () => {
    const { client, sent } = createTestClient(
      Array.from({ length: 3 }, () => refusal(503, 'OVERLOADED', { 'retry-after': '1' })),
      { maxRetries: 1 },
    );
    await expect(client.query(counter)).rejects.toMatchObject({
      code: 'OVERLOADED',
      status: 503,
      retryAfterSeconds: 1,
    });
    expect(sent).toHaveLength(2);
  });

  test.each([
    ['a wrong key', refusal(401, 'UNAUTHENTICATED'), 'UNAUTHENTICATED'],
    ['an invalid query', refusal(400, 'GRAPHQL_VALIDATION_FAILED'), 'GRAPHQL_VALIDATION_FAILED'],
    ['a page that is not GraphQL', new Response('<html>', { status: 404 }), 'BAD_RESPONSE'],
    ['a body without data', reply({}), 'BAD_RESPONSE'],
    ['a body that is no object', reply(null), 'BAD_RESPONSE'],
  ])('sends %s once', async (_name, response, code) => {
    const { client, sent } = createTestClient([response]);
    await expect(client.query(counter)).rejects.toMatchObject({ name: 'RequestError', code });
    expect(sent).toHaveLength(1);
  });

  test('sends a request again that a proxy answered with 502', async () => {
    const { client } = createTestClient([new Response('<html>', { status: 502 }), reply({ data: { count: 1 } })]);
    expect((await client.query(counter)).data.count).toBe(1);
  });

  test('sends a request again whose connection failed, after growing times', async () => {
    const cause = new TypeError('fetch failed');
    const { client, waits } = createTestClient([cause, cause, cause]);
    await expect(client.query(counter)).rejects.toMatchObject({ code: 'NETWORK_ERROR', status: null, cause });
    expect(waits).toEqual([250, 500]);
  });

  test('rejects with the reason of the abort, and sends nothing after it', async () => {
    const { client, sent } = createTestClient([]);
    const reason = new DOMException('left the page', 'AbortError');
    await expect(client.query(counter, undefined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(sent).toHaveLength(1);
  });
});

describe('poll', () => {
  const noMaxAge = reply({ data: { count: 2 } });

  test('asks again when the answer can have changed, and ends with the signal', async () => {
    const { client, sent, waits } = createTestClient([
      reply({ data: { count: 1 } }, { 'cache-control': 'private, max-age=12' }),
      noMaxAge,
    ]);
    const controller = new AbortController();
    const counts: unknown[] = [];
    for await (const { result } of client.poll(counter, {}, { signal: controller.signal })) {
      counts.push(result?.data.count);
      if (counts.length === 2) controller.abort();
    }
    expect(counts).toEqual([1, 2]);
    expect(sent).toHaveLength(2);
    expect(waits).toEqual([12_000, 5000]);
  });

  test('reports a failure that passes, and goes on', async () => {
    const { client, waits } = createTestClient([
      new TypeError('fetch failed'),
      refusal(503, 'OVERLOADED', { 'retry-after': '3' }),
      reply({ data: null, errors: [{ message: 'down', extensions: { ...vendorDown, retryAfterSeconds: 9 } }] }),
      reply({ data: { count: 4 } }),
    ]);
    const events: unknown[] = [];
    for await (const { result, error } of client.poll(counter)) {
      events.push(error?.code ?? result?.data.count);
      if (events.length === 4) break;
    }
    expect(events).toEqual(['NETWORK_ERROR', 'OVERLOADED', 'VENDOR_UNAVAILABLE', 4]);
    expect(waits).toEqual([250, 3250, 9250]);
  });

  test('starts with short times again after a success', async () => {
    const failure = new TypeError('fetch failed');
    const { client, waits } = createTestClient([failure, failure, reply({ data: { count: 1 } }), failure, failure]);
    let events = 0;
    for await (const _event of client.poll(counter)) if (++events === 5) break;
    expect(waits).toEqual([250, 500, 5000, 250]);
  });

  test('waits at least a second, whatever a proxy says', async () => {
    const { client, waits } = createTestClient([
      reply({ data: { count: 1 } }, { 'cache-control': 'max-age=0' }),
      reply({ data: { count: 2 } }),
    ]);
    let events = 0;
    for await (const _event of client.poll(counter)) if (++events === 2) break;
    expect(waits).toEqual([1000]);
  });

  test('throws a failure that stays', async () => {
    const { client } = createTestClient([refusal(401, 'UNAUTHENTICATED')]);
    await expect(client.poll(counter).next()).rejects.toBeInstanceOf(RequestError);
  });
});
