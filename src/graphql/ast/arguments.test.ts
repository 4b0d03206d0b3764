import { expect, test } from '@jest/globals';
import { buildSchema, graphql } from 'graphql';
import { applyDefaultsForNull } from './arguments.ts';

const schema = applyDefaultsForNull(
  buildSchema(
    'type Query { page(first: Int = 50, after: String, deep: Boolean = false): String plain(x: Int): String }',
  ),
);
const rootValue = {
  page: (args: object) => JSON.stringify(args),
  plain: (args: object) => JSON.stringify(args),
};

test.each([
  ['an omitted argument', '{ page }', { first: 50, deep: false }],
  ['an explicit null', '{ page(first: null, after: null) }', { first: 50, after: null, deep: false }],
  ['a variable that is null', 'query ($n: Int) { page(first: $n) }', { first: 50, deep: false }],
  ['explicit values', '{ page(first: 0, deep: true) }', { first: 0, deep: true }],
])('passes the default or the value to the resolver for %s: %s', async (_what, source, expected) => {
  const { data, errors } = await graphql({ schema, source, rootValue, variableValues: { n: null } });
  expect(errors).toBeUndefined();
  expect(JSON.parse(String(data?.page))).toEqual(expected);
});

test('keeps null for an argument without a default', async () => {
  const { data } = await graphql({ schema, source: '{ plain(x: null) }', rootValue });
  expect(data?.plain).toBe('{"x":null}');
});
