import { HeaderMap } from '@apollo/server';
import { expect, test } from '@jest/globals';
import type { QueryContext } from '../gather/query-context.ts';
import { createApolloServer } from './apollo-server.ts';
import { createRequestPreparer } from './prepare-request.ts';
import { createSchema } from './schema.ts';

test('writes a response of very many objects in steps between which other work may run, and a usual one at once', async () => {
  let yields = 0;
  const yieldIfDue = () => Promise.resolve(void (yields += 1));
  const apollo = createApolloServer({
    schema: createSchema(),
    maxTokens: 10_000,
    performance: {
      executor: 'prepared',
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
  expect(await execute('{ __typename }')).toBe('{"data":{"__typename":"Query"}}\n');
  expect(yields).toBe(0);
  const types = '__schema { types { fields { name args { name } type { name } } } }';
  const text = await execute(`{ ${Array.from({ length: 20 }, (_, nth) => `types${nth}: ${types}`).join(' ')} }`);
  expect(`${JSON.stringify(JSON.parse(text))}\n`).toBe(text);
  expect(yields).toBeGreaterThan(0);
  await apollo.stop();
});
