import { ApolloServer } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { createFakeServices } from '../../../test/support/gather-harness.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import type { Explain } from '../../request/explain.ts';
import type { SubscribedField } from '../../request/stream-context.ts';
import { createRequestPreparer } from '../prepare-request.ts';
import { subscriptionPlugin } from './subscription.ts';

const SDL = `type Query { a: Int } input Filter { account: String }
  type Subscription { a(minIntervalSeconds: Int = 5): Int agents(first: Int = 50, filter: Filter): Int statusChanges(filter: Filter): Int }`;

const apollo = new ApolloServer<QueryContext>({
  typeDefs: SDL,
  resolvers: { Query: { a: () => 1 }, Subscription: { a: { resolve: () => 2, subscribe: () => null } } },
  plugins: [subscriptionPlugin(createRequestPreparer())],
});

async function run(query: string, { isStream = true, explain = null as Explain | null } = {}) {
  const fields: SubscribedField[] = [];
  const stream = isStream ? { change: null, onSubscription: (field: SubscribedField) => fields.push(field) } : null;
  const contextValue = { ...createFakeServices([], []).createContext(), explain, stream };
  const { body, http } = await apollo.executeOperation({ query }, { contextValue });
  return { result: body.kind === 'single' ? body.singleResult : null, status: http.status ?? 200, fields };
}

test('reports what a stream subscribes to, with its defaults, and executes it', async () => {
  const { result, fields } = await run('subscription { a }');
  expect(result).toEqual({ data: { a: 2 } });
  expect(fields).toEqual([{ name: 'a', args: { minIntervalSeconds: 5 } }]);
});

test('reports nothing for a query in a stream', async () => {
  expect(await run('{ a }')).toMatchObject({ result: { data: { a: 1 } }, fields: [] });
});

test('rejects a subscription that is not part of a stream, but for its plan', async () => {
  const { result, status } = await run('subscription { a }', { isStream: false });
  expect(status).toBe(400);
  expect(result?.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  expect((await run('subscription { a }', { isStream: false, explain: 'plan' })).result?.errors).toBeUndefined();
});

test.each([
  ['first', 'subscription { agents(first: 2000) }'],
  ['filter.account', 'subscription { agents(filter: { account: "x" }) }'],
])('rejects a subscription to agents with an invalid argument: %s', async (argument, query) => {
  const { result, status, fields } = await run(query);
  expect([status, fields]).toEqual([400, []]);
  expect(result?.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
});

test('does not execute a subscription to changes before there is one, and checks its filter', async () => {
  expect(await run('subscription { statusChanges }')).toMatchObject({ result: { data: null }, fields: [{}] });
  const { result, status, fields } = await run('subscription { statusChanges(filter: { account: "x" }) }');
  expect([status, fields]).toEqual([400, []]);
  expect(result?.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'filter.account' } }]);
});
