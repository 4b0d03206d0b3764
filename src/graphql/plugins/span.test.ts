import { ApolloServer } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { manualClock } from '../../../test/support/clock.ts';
import { createSpanRecorder } from '../../../test/support/span-recorder.ts';
import type { CallRecord } from '../../http/types.ts';
import { anonymousCaller } from '../../request/caller.ts';
import { createRequestContext, type RequestContext } from '../../request/request-context.ts';
import { spanPlugin } from './span.ts';

const apollo = new ApolloServer<RequestContext>({
  typeDefs: 'type Query { name(secret: String): String fail: String }',
  resolvers: {
    Query: {
      name: (_: unknown, _args: unknown, { record }: RequestContext) => {
        const call: CallRecord = {
          account: 'lp',
          endpoint: 'x',
          outcome: 'OK',
          servedFrom: 'VENDOR',
          ms: 1,
          bytes: 1,
          keys: 1,
        };
        record(call);
        record({ ...call, servedFrom: 'CACHE', keys: 3 });
        return 'CANARY-value';
      },
      fail: () => {
        throw new GraphQLError('CANARY-message');
      },
    },
  },
  plugins: [spanPlugin],
});

async function run(query: string) {
  const { parent, span } = createSpanRecorder();
  const contextValue = createRequestContext({
    caller: anonymousCaller,
    requestId: 'r',
    explain: null,
    disconnectSignal: new AbortController().signal,
    clock: manualClock(0),
    limits: { requestTimeoutMs: 1000, maxFiles: 1, maxResponseObjects: 1 },
    span,
  });
  const { body } = await apollo.executeOperation({ query, variables: { secret: 'CANARY-variable' } }, { contextValue });
  contextValue.close();
  return { parent, body };
}

test('describes the operation and what its answer has cost, without its text, variables and data', async () => {
  const { parent } = await run(
    'query Board($secret: String) { name(secret: $secret) fail again: name(secret: "CANARY-text") }',
  );
  expect(parent.name).toBe('query Board');
  expect(parent.attributes).toEqual({
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Board',
    'switchboard.graphql.errors': 1,
    'switchboard.vendor_calls': 2,
    'switchboard.cache.values': 6,
  });
});

test('has the number of errors of a document that names no operation', async () => {
  const { parent } = await run('{ nom }');
  expect(parent.attributes).toMatchObject({ 'switchboard.graphql.errors': 1 });
});
