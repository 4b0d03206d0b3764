import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import type { AnswerDetails } from './answer.ts';
import type { ExplainMode } from './explain-mode.ts';
import { createFetcher } from './fetcher.ts';

function createTestFetcher(
  response: Response,
  { key = '', explain = 'off' }: { key?: string; explain?: ExplainMode } = {},
) {
  const sent: { headers: Readonly<Record<string, string>>; body: unknown; signal: AbortSignal | null | undefined }[] =
    [];
  const answers: AnswerDetails[] = [];
  let unauthenticated = 0;
  let nowMs = 0;
  const fetcher = createFetcher({
    url: 'http://gateway/graphql',
    fetch: (_url, init) => {
      sent.push({
        headers: init?.headers as Readonly<Record<string, string>>,
        body: JSON.parse(init?.body as string),
        signal: init?.signal,
      });
      return Promise.resolve(response);
    },
    nowMs: () => (nowMs += 10),
    key: () => key,
    explain: () => explain,
    onAnswer: (details) => answers.push(details),
    onUnauthenticated: () => (unauthenticated += 1),
  });
  return { fetcher, sent, answers, unauthenticated: () => unauthenticated };
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}
function stream(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } });
}

test('sends a query with the key and the explain mode, and reports its answer', async () => {
  const { fetcher, sent, answers } = createTestFetcher(json({ data: { a: 1 } }), { key: 'k', explain: 'trace' });
  const parameters = { query: 'query A { a }', variables: { x: 1 }, operationName: 'A' };
  expect(await fetcher(parameters, { documentAST: parse(parameters.query) })).toEqual({ data: { a: 1 } });
  expect(sent).toMatchObject([
    {
      headers: { authorization: 'Bearer k', 'switchboard-explain': 'trace', accept: expect.stringContaining('json') },
      body: parameters,
    },
  ]);
  expect(answers).toMatchObject([{ status: 200, ms: 10, events: null }]);
});

test('sends neither key nor mode where there are none, and lets the tab’s headers win', async () => {
  const plain = createTestFetcher(json({}));
  await plain.fetcher({ query: '{ a }' });
  expect(Object.keys(plain.sent[0]?.headers ?? {})).toEqual(['content-type', 'accept']);
  const own = createTestFetcher(json({}), { key: 'k', explain: 'plan' });
  await own.fetcher({ query: '{ a }' }, { headers: { Authorization: 'Bearer mine', 'Switchboard-Explain': 'trace' } });
  expect(own.sent[0]?.headers).toMatchObject({ authorization: 'Bearer mine', 'switchboard-explain': 'trace' });
});

test('introspects with the key but without explaining, and reports no answer', async () => {
  const types = [{ name: 'Query', fields: [{ name: '_service' }, { name: 'a' }] }];
  const { fetcher, sent, answers } = createTestFetcher(json({ data: { __schema: { types } } }), {
    key: 'k',
    explain: 'plan',
  });
  expect(await fetcher({ query: '{ __schema }', operationName: 'IntrospectionQuery' })).toMatchObject({
    data: { __schema: { types: [{ fields: [{ name: 'a' }] }] } },
  });
  expect(sent[0]?.headers).toHaveProperty('authorization');
  expect(sent[0]?.headers).not.toHaveProperty('switchboard-explain');
  expect(answers).toEqual([]);
});

test('says when the gateway needs a key', async () => {
  const { fetcher, unauthenticated } = createTestFetcher(json({ errors: [] }, 401));
  await fetcher({ query: '{ a }' });
  expect(unauthenticated()).toBe(1);
});

test('rejects with the status where the answer is not JSON', async () => {
  const { fetcher } = createTestFetcher(new Response('<html>', { status: 502 }));
  await expect(fetcher({ query: '{ a }' })).rejects.toThrow('HTTP status 502');
});

test('streams the events of a subscription, and ends its request with the reader', async () => {
  const { fetcher, sent, answers } = createTestFetcher(
    stream('event: next\ndata: {"data":1}\n\nevent: next\ndata: {"data":2}\n\nevent: complete\ndata:\n\n'),
    { key: 'k' },
  );
  const query = 'query A { a } subscription B { b }';
  const results = fetcher({ query, operationName: 'B' }, { documentAST: parse(query) }) as AsyncGenerator;
  expect(await Array.fromAsync(results)).toEqual([{ data: 1 }, { data: 2 }]);
  expect(sent[0]).toMatchObject({ headers: { accept: 'text/event-stream', authorization: 'Bearer k' } });
  expect(answers.map(({ events }) => events)).toEqual([1, 2]);
  expect(sent[0]?.signal?.aborted).toBe(true);
});

test('shows the refusal of a subscription', async () => {
  const { fetcher, unauthenticated } = createTestFetcher(json({ errors: [{ message: 'no' }] }, 401));
  const query = 'subscription { b }';
  const results = fetcher({ query }, { documentAST: parse(query) }) as AsyncGenerator;
  expect(await Array.fromAsync(results)).toEqual([{ errors: [{ message: 'no' }] }]);
  expect(unauthenticated()).toBe(1);
});
