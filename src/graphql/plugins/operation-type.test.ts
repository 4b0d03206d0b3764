import { ApolloServer } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { operationTypePlugin } from './operation-type.ts';

const server = (typeDefs: string) =>
  new ApolloServer({ typeDefs: `type Query { x: Int } ${typeDefs}`, plugins: [operationTypePlugin] });

test.each(['mutation', 'subscription'])('a %s where there are none is the caller’s mistake', async (kind) => {
  const { http, body } = await server('').executeOperation({ query: `${kind} { x }` });
  expect(http.status).toBe(400);
  expect(body).toMatchObject({ singleResult: { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] } });
});

test('a kind that there is runs, and what is no operation is answered as ever', async () => {
  const { body } = await server('type Mutation { x: Int }').executeOperation({ query: 'mutation { x }' });
  expect(body).toMatchObject({ singleResult: { data: { x: null } } });
  const unnamed = await server('').executeOperation({
    query: 'query One { x } query Other { x }',
    operationName: 'Neither',
  });
  expect(unnamed.body).toMatchObject({
    singleResult: { errors: [{ message: expect.stringContaining('Neither') }] },
  });
});
