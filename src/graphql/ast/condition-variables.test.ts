import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { conditionVariables } from './condition-variables.ts';

test.each<[string, string, readonly string[]]>([
  ['no condition', 'query ($a: Int) { x(y: $a) }', []],
  ['a field', 'query ($a: Boolean!) { x @skip(if: $a) }', ['a']],
  ['a field below', 'query ($a: Boolean!) { x { y { z @include(if: $a) } } }', ['a']],
  ['fragments', 'query ($b: Boolean!, $a: Boolean!) { ... @skip(if: $b) { x } ...F @include(if: $a) }', ['a', 'b']],
  ['the fields of a fragment', '{ ...F } fragment F on T { x @skip(if: $a) ... on U { y @skip(if: $a) } }', ['a']],
  ['two conditions of one field', '{ x @skip(if: $b) @include(if: $a) y @skip(if: true) }', ['a', 'b']],
])('finds the variables in the conditions of %s', (_what, text, names) => {
  expect(conditionVariables(parse(text))).toEqual(names);
});
