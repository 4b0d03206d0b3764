import { ApolloServer } from '@apollo/server';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, GraphQLError } from 'graphql';
import { createRequestPreparer } from '../prepare-request.ts';
import { createApolloExecutor } from './apollo-executor.ts';
import { ObjectTexts } from './object-texts.ts';

function createHelloSchema() {
  const schema = buildSchema('type Query { hello(name: String!): String fail: Int! } type Mutation { act: Int }');
  const fields = schema.getQueryType()?.getFields();
  if (!fields?.hello || !fields.fail) throw new Error('the schema has no fields');
  fields.hello.resolve = (_source, { name }: Readonly<Record<string, string>>, { greeting }: { greeting: string }) =>
    Promise.resolve(`${greeting} ${name}`);
  fields.fail.resolve = () => {
    throw new GraphQLError('failed', { extensions: { code: 'CODE' } });
  };
  return schema;
}

async function runBoth(query: string, variables: Record<string, unknown> = {}, operationName?: string) {
  const schema = createHelloSchema();
  const { gateway, plugin } = createApolloExecutor(schema, createRequestPreparer(), new ObjectTexts(0));
  const options = { includeStacktraceInErrorResponses: false, stopOnTerminationSignals: false } as const;
  const bodies: string[] = [];
  for (const source of [{ gateway, plugins: [plugin] }, { schema }]) {
    const server = new ApolloServer<object>({ ...source, ...options });
    const request = { query, variables, ...(operationName !== undefined && { operationName }) };
    const { body, http } = await server.executeOperation(request, { contextValue: { greeting: 'hi' } });
    bodies.push(JSON.stringify([http.status ?? 200, body]));
    await server.stop();
  }
  return { prepared: bodies[0] ?? '', standard: bodies[1] };
}

describe('Apollo Server with our executor answers as with graphql-js:', () => {
  const TWO_OPERATIONS = 'query A { a: __typename } query B { b: __typename }';

  test.each<{ what: string; query: string; part: string; variables?: Record<string, unknown>; operationName?: string }>(
    [
      { what: 'a query', query: '{ hello(name: "you") }', part: '"hello":"hi you"' },
      {
        ...{ what: 'a variable', query: 'query ($n: String!) { hello(name: $n) }', part: '"hello":"hi me"' },
        variables: { n: 'me' },
      },
      {
        ...{ what: 'an invalid variable', query: 'query ($n: String!) { hello(name: $n) }', part: 'BAD_USER_INPUT' },
        variables: { n: 1 },
      },
      { what: 'an error', query: '{ fail }', part: '"code":"CODE"' },
      { what: 'introspection', query: '{ __schema { queryType { name } } }', part: '"name":"Query"' },
      { what: 'a mutation', query: 'mutation { act }', part: '"act":null' },
      { what: 'one of several operations', query: TWO_OPERATIONS, part: '"b":"Query"', operationName: 'B' },
      { what: 'an unknown operation', query: TWO_OPERATIONS, part: 'OPERATION_RESOLUTION_FAILURE', operationName: 'C' },
      { what: 'no operation of several', query: TWO_OPERATIONS, part: 'OPERATION_RESOLUTION_FAILURE' },
    ],
  )('$what', async ({ query, part, variables, operationName }) => {
    const { prepared, standard } = await runBoth(query, variables, operationName);
    expect(prepared).toBe(standard);
    expect(prepared).toContain(part);
  });
});
