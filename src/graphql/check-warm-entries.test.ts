import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { settingsShape } from '../config/settings.ts';
import { checkWarmEntries } from './check-warm-entries.ts';

const schema = buildSchema('type Query { a(from: Int, to: String!): Int } type Mutation { b: Int }');
const limits = settingsShape.limits.parse({});

function check(text: string, variables: Readonly<Record<string, unknown>> = {}) {
  const entry = { cron: '@daily', timeZone: 'UTC', document: text, text, file: null, variables };
  return checkWarmEntries([entry], schema, limits, 0).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('accepts a query whose variables suit it, relative times among them', () => {
  expect(check('query ($to: String!) { a(to: $to) }', { to: '$today' })).toEqual([]);
});

test.each([
  ['{ a(', {}, 'warm.0.document: is not a valid query: Syntax Error: Expected Name, found <EOF>.'],
  ['{ c }', {}, 'warm.0.document: is not a valid query: Cannot query field "c" on type "Query". Did you mean "a"?'],
  ['mutation { b }', {}, 'warm.0.document: must have one operation, which is a query'],
  ['query A { a(to: "") } query B { a(to: "") }', {}, 'warm.0.document: must have one operation, which is a query'],
  [
    'query ($to: String!) { a(to: $to) }',
    {},
    'warm.0.variables: Variable "$to" of required type "String!" was not provided.',
  ],
])('reports what is wrong with %s and %j', (text, variables, problem) => {
  expect(check(text, variables)).toEqual([problem]);
});
