import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { randomDocument } from '../../test/support/random-documents.ts';
import { createRandomWorld } from '../../test/support/random-world.ts';
import { isValidDocument } from './validate-document.ts';

const schema = buildSchema(`
  directive @once on FIELD
  interface Named { name: String }
  type Query implements Named { me: Query name: String named: Named list(first: Int!, filter: Filter): [Query] }
  type Other { other: Int }
  type Subscription { first: Int second: Int }
  input Filter { names: [String!] }
`);

function tryParse(text: string): DocumentNode | null {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** Random documents have parts that nothing uses. */
const lenientRules = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule && rule !== NoUnusedFragmentsRule);

/** Leaves out, repeats or replaces some tokens of a text. */
function mutate(text: string, changes: readonly (readonly [at: number, change: number])[]): string {
  const tokens = text.match(/[$@]?\w+|\.\.\.|\S/g) ?? [];
  for (const [at, change] of changes) {
    const index = at % tokens.length;
    const replacements = [tokens[index] ?? '', tokens[change % tokens.length] ?? ''];
    tokens.splice(index, 1, ...replacements.slice(change % 3));
  }
  return tokens.join(' ');
}

describe('isValidDocument beside graphql-js', () => {
  test('accepts the same of random documents, and of what is left of them after random changes', () => {
    const world = createRandomWorld();
    const seen = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(
        fc.noShrink(fc.nat()),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }),
        (seed, fields, changes) => {
          const document = tryParse(mutate(randomDocument(world, seed, fields), changes));
          fc.pre(document !== null);
          const isValid = validate(world, document, lenientRules).length === 0;
          expect(isValidDocument(world, document, lenientRules)).toBe(isValid);
          seen[isValid ? 'valid' : 'invalid'] += 1;
        },
      ),
      { numRuns: 500 },
    );
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(20);
  });

  test.each([
    '{ name }',
    'query A { me { name } } query B { named { ... on Query { me { name } } } }',
    'query ($first: Int!, $names: [String!]) { list(first: $first, filter: { names: $names }) { ...F } } fragment F on Query { name @once }',
    'subscription { first }',
    '"A description" query A("Another one" $first: Int!) { list(first: $first) { name } }',
  ])('accepts %s', (text) => {
    const document = parse(text);
    expect(validate(schema, document)).toEqual([]);
    expect(isValidDocument(schema, document)).toBe(true);
  });

  // One for each rule, in the order of graphql-js.
  test.each([
    'type T { f: Int }',
    'query A { name } query A { name }',
    '{ name } query A { name }',
    'subscription { first second }',
    'query ($a: Unknown) { name }',
    '{ ... on String { name } }',
    'query ($a: Query) { name }',
    '{ name { name } }',
    '{ unknown }',
    'fragment F on Query { name } fragment F on Query { name } { ...F }',
    '{ ...F }',
    '{ name } fragment F on Query { name }',
    '{ ... on Other { other } }',
    '{ ...F } fragment F on Query { ...F }',
    'query ($a: Int, $a: Int) { list(first: $a) { name } }',
    '{ list(first: $a) { name } }',
    'query ($a: Int) { name }',
    '{ name @unknown }',
    '{ name @once @once }',
    '{ name(unknown: 1) }',
    '{ name @skip(if: true, unknown: 1) }',
    '{ list(first: 1, first: 2) { name } }',
    '{ list(first: "one") { name } }',
    '{ list { name } }',
    'query ($a: Int) { list(first: $a) { name } }',
    '{ same: name same: me { name } }',
    '{ list(first: 1, filter: { names: [], names: [] }) { name } }',
    'subscription ($a: Boolean!) { first @skip(if: $a) }',
  ])('rejects %s', (text) => {
    expect(isValidDocument(schema, parse(text))).toBe(false);
  });
});
