import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { createDocumentReader } from '../document-reader.ts';
import { documentLimitsPlugin } from './document-limits.ts';

test('answers a document beyond a limit with status 400 and the limit, without validating or executing it', async () => {
  let ran = false;
  const apollo = new ApolloServer({
    typeDefs: 'type Query { me: Query name: String }',
    resolvers: { Query: { name: () => (ran = true) } },
    plugins: [documentLimitsPlugin({ maxDepth: 4, maxAliases: 3, maxRootFields: 3 })],
  });
  const { http, body } = await apollo.executeOperation({ query: '{ name name name name }' });
  expect(http.status).toBe(400);
  expect(body).toMatchObject({
    singleResult: {
      errors: [
        {
          message: 'Query too complex: 4 fields on the first level (fragments expanded) exceed the limit of 3.',
          extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'root_fields' },
        },
      ],
    },
  });
  expect(ran).toBe(false);
  // It is not validated, which could take long: the unknown fields are not reported. A repeated request is rejected again.
  for (const query of ['{ a b c d }', 'query Named { a b c d }', '{ a b c d }']) {
    const { body: unknown } = await apollo.executeOperation({
      query,
      ...(query.includes('Named') && { operationName: 'Named' }),
    });
    expect(unknown).toMatchObject({ singleResult: { errors: [{ extensions: { limit: 'root_fields' } }] } });
  }
  const { body: fine } = await apollo.executeOperation({ query: '{ name name name }' });
  expect(fine).toMatchObject({ singleResult: { data: { name: 'true' } } });
});

test('leaves to Apollo Server what the reader finds invalid, and only that; the answers are the same', async () => {
  const limits = { maxTokens: 15, maxDepth: 4, maxAliases: 3, maxRootFields: 3 };
  const parsed: string[] = [];
  const recorder: ApolloServerPlugin = {
    requestDidStart: () =>
      Promise.resolve({
        parsingDidStart: ({ source }) => Promise.resolve(void parsed.push(source)),
      }),
  };
  const create = (reader: ReturnType<typeof createDocumentReader>, plugins: readonly ApolloServerPlugin[] = []) =>
    new ApolloServer({
      typeDefs: 'type Query { me: Query name(size: Int): String }',
      resolvers: { Query: { name: () => 'Jane' } },
      documentStore: null,
      parseOptions: { maxLexicalTokens: limits.maxTokens },
      validationOptions: { maxErrors: 5 },
      plugins: [documentLimitsPlugin(limits, reader), ...plugins],
    });
  const alone = create(null);
  const withReader = create(createDocumentReader(limits, 1_000_000), [recorder]);
  const valid = ['{ name }', 'query A { name } query B { me { name } }', '{ a b c d }', 'mutation { change }'];
  const invalid = ['{ name', '{ a b }', '{ name(size: "large") }', `{ ${'name '.repeat(20)} }`, 'mutation A { ...F }'];
  for (const query of [...valid, ...invalid, ...valid, ...invalid]) {
    const [expected, actual] = [await alone.executeOperation({ query }), await withReader.executeOperation({ query })];
    expect(JSON.stringify(actual.body)).toBe(JSON.stringify(expected.body));
    expect(actual.http.status).toBe(expected.http.status);
  }
  expect(parsed).toEqual([...invalid, ...invalid]);
});
