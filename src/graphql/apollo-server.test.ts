import { HeaderMap } from '@apollo/server';
import { expect, test } from '@jest/globals';
import type { PerformanceSettings } from '../config/settings.ts';
import type { QueryContext } from '../gather/query-context.ts';
import { createApolloServer } from './apollo-server.ts';
import { createRequestPreparer } from './prepare-request.ts';
import { createSchema } from './schema.ts';

async function setUp(executor: PerformanceSettings['executor']) {
  let yields = 0;
  const yieldIfDue = () => Promise.resolve(void (yields += 1));
  const apollo = createApolloServer({
    schema: createSchema(),
    maxTokens: 10_000,
    performance: {
      executor,
      objectTextBytes: 1_000_000,
      documentCacheBytes: 1_000_000,
      responseCacheBytes: 0,
      synchronousReads: true,
    },
    prepare: createRequestPreparer(),
    plugins: [],
    yielder: { yieldIfDue },
    onUnexpectedError: (error) => {
      throw error;
    },
  });
  await apollo.start();
  const execute = async (query: string) => {
    const { body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body: { query },
      },
      context: () => Promise.resolve({ responseObjects: { add: () => true } } as unknown as QueryContext),
    });
    return body.kind === 'complete' ? body.string : '';
  };
  return { execute, stop: () => apollo.stop(), yields: () => yields };
}

const TYPES = '__schema { types { fields { name args { name } type { name } } } }';
const MANY_TYPES = `{ ${Array.from({ length: 20 }, (_, nth) => `types${nth}: ${TYPES}`).join(' ')} }`;

test('writes a response of graphql-js in steps between which other work may run where it is large, and a usual one at once', async () => {
  const { execute, stop, yields } = await setUp('standard');
  expect(await execute('{ __typename }')).toBe('{"data":{"__typename":"Query"}}\n');
  expect(yields()).toBe(0);
  const text = await execute(MANY_TYPES);
  expect(`${JSON.stringify(JSON.parse(text))}\n`).toBe(text);
  expect(yields()).toBeGreaterThan(0);
  await stop();
});

test.each(['{ __typename }', MANY_TYPES, '{ unknown }', '{ agent(id: "x") { name } }', 'mutation { x }', '{'])(
  'both executors answer with the same bytes: %#',
  async (query) => {
    const [standard, prepared] = [await setUp('standard'), await setUp('prepared')];
    expect(await prepared.execute(query)).toBe(await standard.execute(query));
    await Promise.all([standard.stop(), prepared.stop()]);
  },
);
