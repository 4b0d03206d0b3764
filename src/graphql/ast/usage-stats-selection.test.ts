import { expect, test } from '@jest/globals';
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { selectedFieldNames } from './selection.ts';
import { selectedUsageParts } from './usage-stats-selection.ts';

/** The selections of a document's `usageStats` field, as a resolver gets them. */
function selectionIn(text: string, variableValues: Readonly<Record<string, unknown>> = {}) {
  const { definitions } = parse(text);
  const operation = definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const fragments = Object.fromEntries(
    definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((definition) => [definition.name.value, definition]),
  );
  const nodes = (operation?.selectionSet.selections ?? []).filter((node) => node.kind === Kind.FIELD);
  return [{ fragments, variableValues }, nodes] as const;
}

const namesIn = (text: string) =>
  [...selectedFieldNames(...selectionIn(text))].map(([name, inner]) => [name, [...inner].toSorted()]).toSorted();
const partsIn = (text: string, variables?: Readonly<Record<string, unknown>>) =>
  [...selectedUsageParts(...selectionIn(text, variables))].toSorted();

test.each<[string, string, readonly string[]]>([
  ['one endpoint', '{ usageStats { current { sessionCount } } }', ['usage']],
  ['the other', '{ usageStats { buckets { interventionsCount } } }', ['interventions']],
  ['users are the other’s, too', '{ usageStats { previous { usersCount } } }', ['interventions']],
  ['both', '{ usageStats { current { usersCount successRate } } }', ['interventions', 'usage']],
  [
    'one for each interval',
    '{ usageStats { current { usersCount } buckets { messagesCount } } }',
    ['interventions', 'usage'],
  ],
  ['spans alone', '{ usageStats { current { start end } } }', ['usage']],
  ['spans, and counts of the other', '{ usageStats { current { start } buckets { usersCount } } }', ['interventions']],
  ['type names alone', '{ usageStats { current { __typename } } }', ['usage']],
  ['how whole it is', '{ usageStats { complete } }', ['usage']],
  ['where it comes from', '{ usageStats { sources { outcome } } }', ['usage']],
  [
    'nothing that a vendor would have to be asked for',
    '{ usageStats { __typename agent { id } account { name } } }',
    [],
  ],
  ['an alias', '{ stats: usageStats { now: current { sessionCount: usersCount } } }', ['interventions']],
  [
    'an inline fragment',
    '{ usageStats { ... { current { ... on UsageInterval { usersCount } } } } }',
    ['interventions'],
  ],
  [
    'fragments in fragments',
    '{ usageStats { ...A } } fragment A on UsageStats { buckets { ...B } } fragment B on UsageInterval { messagesCount }',
    ['usage'],
  ],
  [
    'one fragment in two places',
    '{ usageStats { current { ...B } previous { ...B } } } fragment B on UsageInterval { usersCount }',
    ['interventions'],
  ],
  [
    'the field in two places',
    '{ usageStats { current { usersCount } } usageStats { current { sessionCount } } }',
    ['interventions', 'usage'],
  ],
])('%s', (_name, text, expected) => {
  expect(partsIn(text)).toEqual(expected);
});

test.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
  ['@skip(if: $yes)', { yes: true }, ['usage']],
  ['@skip(if: $yes)', { yes: false }, ['interventions', 'usage']],
  ['@include(if: $yes)', { yes: false }, ['usage']],
  ['@include(if: $yes)', { yes: true }, ['interventions', 'usage']],
  ['@skip(if: true)', {}, ['usage']],
  ['@include(if: false)', {}, ['usage']],
  ['@skip(if: false) @include(if: $yes)', { yes: false }, ['usage']],
  ['@skip(if: $yes) @include(if: true)', { yes: true }, ['usage']],
])('what %s leaves out with %j is not paid for: field, inline fragment, fragment', (directive, variables, expected) => {
  const documents = [
    `{ usageStats { current { sessionCount usersCount ${directive} } } }`,
    `{ usageStats { current { sessionCount ... ${directive} { usersCount } } } }`,
    `{ usageStats { current { sessionCount ...U ${directive} } } } fragment U on UsageInterval { usersCount }`,
    `{ usageStats { current { sessionCount } ...U ${directive} } } fragment U on UsageStats { current { usersCount } }`,
  ].map((text) => `query ($yes: Boolean = false) ${text}`);
  for (const text of documents) expect(partsIn(text, variables)).toEqual(expected);
});

test('a fragment that is left out in one place counts in another', () => {
  const text = `{ usageStats { current { ...U @skip(if: true) ...U } } } fragment U on UsageInterval { usersCount }`;
  expect(partsIn(text)).toEqual(['interventions']);
});

test('names are those of the fields, not of their aliases, and of those below them', () => {
  expect(
    namesIn('{ u: usageStats { c: current { s: sessionCount } sources { account { name } } current { start } } }'),
  ).toEqual([
    ['current', ['sessionCount', 'start']],
    ['sources', ['account']],
  ]);
});

test('fragments that double each other end soon', () => {
  const doubling = Array.from({ length: 60 }, (_, i) => `fragment F${i} on UsageStats { ...F${i + 1} ...F${i + 1} }`);
  const text = `{ usageStats { ...F0 } } ${doubling.join(' ')} fragment F60 on UsageStats { complete }`;
  expect(namesIn(text)).toEqual([['complete', []]]);
});
