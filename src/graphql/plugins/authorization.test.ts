import { ApolloServer } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { getIntrospectionQuery, Kind, parse } from 'graphql';
import { manualClock } from '../../../test/support/clock.ts';
import type { Scope } from '../../config/settings.ts';
import { anonymousCaller } from '../../request/caller.ts';
import type { Explain } from '../../request/explain.ts';
import { createRequestContext, type RequestContext } from '../../request/request-context.ts';
import { authorizationPlugin, requiredScopes } from './authorization.ts';

const apollo = new ApolloServer<RequestContext>({
  typeDefs: 'type Query { name: String _service: Service } type Service { sdl: String }',
  resolvers: { Query: { name: () => 'x', _service: () => ({ sdl: 'type Query' }) } },
  plugins: [authorizationPlugin],
  introspection: true,
});

async function codeOf(query: string, scopes: readonly Scope[], explain: Explain | null = null, operationName?: string) {
  const contextValue = createRequestContext({
    caller: { ...anonymousCaller, scopes: new Set(scopes) },
    requestId: 'r',
    explain,
    disconnectSignal: new AbortController().signal,
    clock: manualClock(0),
    limits: { requestTimeoutMs: 1000, maxFiles: 1, maxResponseObjects: 1 },
  });
  const { body, http } = await apollo.executeOperation(
    { query, ...(operationName && { operationName }) },
    { contextValue },
  );
  const code = body.kind === 'single' ? (body.singleResult.errors?.[0]?.extensions?.code ?? 'OK') : 'incremental';
  if (code === 'FORBIDDEN') expect(http.status).toBe(403);
  return code;
}

const TWO_OPERATIONS = 'query Data { name } query Schema { __schema { types { name } } }';
const cases: readonly [string, readonly Scope[], string, string?][] = [
  ['{ name }', ['read'], 'OK'],
  ['{ name }', [], 'FORBIDDEN'],
  ['{ name }', ['introspect', 'metrics', 'explain'], 'FORBIDDEN'],
  ['{ __typename }', ['read'], 'OK'],
  ['{ __typename }', ['introspect'], 'FORBIDDEN'],
  [getIntrospectionQuery(), ['introspect'], 'OK'],
  [getIntrospectionQuery(), ['read'], 'FORBIDDEN'],
  ['{ __type(name: "Query") { name } }', ['read'], 'FORBIDDEN'],
  ['{ a: __schema { types { name } } }', ['read'], 'FORBIDDEN'],
  ['{ _service { sdl } }', ['read'], 'FORBIDDEN'],
  ['{ _service { sdl } }', ['introspect'], 'OK'],
  ['{ name __schema { types { name } } }', ['introspect'], 'FORBIDDEN'],
  ['{ name __schema { types { name } } }', ['read', 'introspect'], 'OK'],
  [
    '{ ...A } fragment A on Query { ... { ...B } } fragment B on Query { __schema { types { name } } }',
    ['read'],
    'FORBIDDEN',
  ],
  [
    '{ ...A ...B } fragment B on Query { name } fragment A on Query { __schema { types { name } } }',
    ['read'],
    'FORBIDDEN',
  ],
  [
    'query Q { ...B } query R { ...A } fragment A on Query { name } fragment B on Query { __typename }',
    ['read'],
    'OK',
    'Q',
  ],
  ['{ name __schema @skip(if: true) { types { name } } }', ['read'], 'FORBIDDEN'],
  [TWO_OPERATIONS, ['read'], 'OK', 'Data'],
  [TWO_OPERATIONS, ['read'], 'FORBIDDEN', 'Schema'],
  [TWO_OPERATIONS, ['introspect'], 'OK', 'Schema'],
  [TWO_OPERATIONS, ['read', 'introspect'], 'OPERATION_RESOLUTION_FAILURE'],
];

const rows = cases.map(([query, scopes, expected, operationName]) => ({ query, scopes, expected, operationName }));

test.each(rows)(
  'answers $query for scopes $scopes with $expected',
  async ({ query, scopes, expected, operationName }) => {
    expect(await codeOf(query, scopes, null, operationName)).toBe(expected);
  },
);

test('visits each fragment once where fragments double each other', () => {
  const doubling = Array.from({ length: 49 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
  const document = parse(`{ ...F0 } ${doubling.join(' ')} fragment F49 on Query { name }`);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  expect(requiredScopes(document, operation)).toEqual(new Set(['read']));
});

test.each(['plan', 'trace'] as const)(
  'requires the scope explain, besides read, for Switchboard-Explain: %s',
  async (explain) => {
    expect(await codeOf('{ name }', ['read'], explain)).toBe('FORBIDDEN');
    expect(await codeOf('{ name }', ['explain'], explain)).toBe('FORBIDDEN');
    expect(await codeOf('{ name }', ['read', 'explain'], explain)).toBe('OK');
  },
);
