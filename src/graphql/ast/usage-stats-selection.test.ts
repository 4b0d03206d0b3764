import { expect, test } from '@jest/globals';
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { selectedFieldNames } from './selection.ts';
import { selectedUsageParts } from './usage-stats-selection.ts';

/** Returns the selection of a document's `usageStats` field as a resolver receives it. */
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

function namesIn(text: string) {
  return [...selectedFieldNames(...selectionIn(text))].map(([name, inner]) => [name, [...inner].toSorted()]).toSorted();
}
function partsIn(text: string, variables?: Readonly<Record<string, unknown>>) {
  return [...selectedUsageParts(...selectionIn(text, variables))].toSorted();
}

test.each<[string, string, readonly string[]]>([
  ['a field of usage.json', '{ usageStats { current { sessionCount } } }', ['usage']],
  ['a field of agent_intervention.json', '{ usageStats { buckets { interventionsCount } } }', ['interventions']],
  ['usersCount, of agent_intervention.json', '{ usageStats { previous { usersCount } } }', ['interventions']],
  ['fields of both endpoints', '{ usageStats { current { usersCount successRate } } }', ['interventions', 'usage']],
  [
    'a different endpoint for each interval',
    '{ usageStats { current { usersCount } buckets { messagesCount } } }',
    ['interventions', 'usage'],
  ],
  ['start and end alone', '{ usageStats { current { start end } } }', ['usage']],
  [
    'start, and a field of agent_intervention.json',
    '{ usageStats { current { start } buckets { usersCount } } }',
    ['interventions'],
  ],
  ['type names alone', '{ usageStats { current { __typename } } }', ['usage']],
  ['complete alone', '{ usageStats { complete } }', ['usage']],
  ['sources alone', '{ usageStats { sources { outcome } } }', ['usage']],
  ['only fields that need no vendor call', '{ usageStats { __typename agent { id } account { name } } }', []],
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
])('selects the endpoints needed for %s', (_name, text, expected) => {
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
])('ignores what %s excludes with %j: field, inline fragment, fragment', (directive, variables, expected) => {
  const documents = [
    `{ usageStats { current { sessionCount usersCount ${directive} } } }`,
    `{ usageStats { current { sessionCount ... ${directive} { usersCount } } } }`,
    `{ usageStats { current { sessionCount ...U ${directive} } } } fragment U on UsageInterval { usersCount }`,
    `{ usageStats { current { sessionCount } ...U ${directive} } } fragment U on UsageStats { current { usersCount } }`,
  ].map((text) => `query ($yes: Boolean = false) ${text}`);
  for (const text of documents) expect(partsIn(text, variables)).toEqual(expected);
});

test('counts a fragment that is excluded in one place and included in another', () => {
  const text = `{ usageStats { current { ...U @skip(if: true) ...U } } } fragment U on UsageInterval { usersCount }`;
  expect(partsIn(text)).toEqual(['interventions']);
});

test('returns the names of fields and of the fields below them, not their aliases', () => {
  expect(
    namesIn('{ u: usageStats { c: current { s: sessionCount } sources { account { name } } current { start } } }'),
  ).toEqual([
    ['current', ['sessionCount', 'start']],
    ['sources', ['account']],
  ]);
});

test('visits each fragment once where fragments double each other', () => {
  const doubling = Array.from({ length: 60 }, (_, i) => `fragment F${i} on UsageStats { ...F${i + 1} ...F${i + 1} }`);
  const text = `{ usageStats { ...F0 } } ${doubling.join(' ')} fragment F60 on UsageStats { complete }`;
  expect(namesIn(text)).toEqual([['complete', []]]);
});
