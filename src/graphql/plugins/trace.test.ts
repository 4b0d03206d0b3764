import { ApolloServer } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import type { Scope } from '../../config/settings.ts';
import { anonymousCaller } from '../../request/caller.ts';
import { createRequestContext, type RequestContext } from '../../request/request-context.ts';
import { authorizationPlugin } from './authorization.ts';
import { tracePlugin } from './trace.ts';

const apollo = new ApolloServer<RequestContext>({
  typeDefs: 'type Query { name: String }',
  plugins: [authorizationPlugin, tracePlugin],
});

async function runTraced(query: string, scopes: readonly Scope[]) {
  const contextValue = createRequestContext({
    caller: { ...anonymousCaller, scopes: new Set(scopes) },
    requestId: 'r',
    explain: 'trace',
    disconnectSignal: new AbortController().signal,
    clock: manualClock(0),
    limits: { requestTimeoutMs: 1000, maxFiles: 1, maxResponseObjects: 1 },
  });
  const { body } = await apollo.executeOperation({ query }, { contextValue });
  if (body.kind !== 'single') throw new Error('expected a single result');
  return body.singleResult;
}

test('lists the vendor calls for a caller with the scope explain', async () => {
  expect(await runTraced('{ name }', ['read', 'explain'])).toEqual({
    data: { name: null },
    extensions: { switchboard: { vendorCalls: [] } },
  });
});

test.each<[string, string, readonly Scope[], string]>([
  ['the scope explain is missing', '{ name }', ['read'], 'FORBIDDEN'],
  ['another scope is missing', '{ name }', ['explain'], 'FORBIDDEN'],
  ['the document of a caller without the scope is invalid', '{ nom }', ['read'], 'GRAPHQL_VALIDATION_FAILED'],
])('adds no extension where %s', async (_name, query, scopes, code) => {
  const { errors, extensions } = await runTraced(query, scopes);
  expect(errors?.map((error) => error.extensions?.code)).toEqual([code]);
  expect(extensions).toBeUndefined();
});
