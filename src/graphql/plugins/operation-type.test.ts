import { ApolloServer } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { operationTypePlugin } from './operation-type.ts';

function server(typeDefs: string) {
  return new ApolloServer({ typeDefs: `type Query { x: Int } ${typeDefs}`, plugins: [operationTypePlugin] });
}

test.each(['mutation', 'subscription'])('rejects a %s with status 400 when the schema has none', async (kind) => {
  const { http, body } = await server('').executeOperation({ query: `${kind} { x }` });
  expect(http.status).toBe(400);
  expect(body).toMatchObject({ singleResult: { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] } });
});

test('executes an operation type of the schema, and leaves an unknown operation name to Apollo Server', async () => {
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
