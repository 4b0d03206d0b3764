import { expect, test } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { createOperationPreparer } from '../ast/operation.ts';
import { createSchema } from '../schema.ts';
import { estimateListItems } from './estimate-items.ts';

const schema = createSchema();
const prepareOperation = createOperationPreparer();
const DURING = 'during: {from: "2026-11-01T00:00:00Z", to: "2026-11-02T00:00:00Z"}';

function listItemsIn(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  const definition = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  const { operation } = prepareOperation({ schema, document, definition, variables });
  if (!operation) throw new Error('invalid variables');
  return estimateListItems(operation);
}

const KEY = 'nodes { key }';
const PERIODS = `statusPeriods(${DURING}, first: 7) { nodes { id } }`;

test.each<[string, string, number, Record<string, unknown>?]>([
  ['a full page', `{ agents(first: 3) { ${KEY} } }`, 3],
  ['the page that an argument’s default gives', `{ agents { ${KEY} } }`, 50],
  ['a page from a variable', `query ($n: Int!) { agents(first: $n) { ${KEY} } }`, 4, { n: 4 }],
  ['a page from a variable’s default', `query ($n: Int! = 5) { agents(first: $n) { ${KEY} } }`, 5],
  ['a page from a variable that was left out', `query ($n: Int) { agents(first: $n) { ${KEY} } }`, 50],
  ['a negative page, which will be rejected', `{ agents(first: -9) { ${KEY} } }`, 0],
  ['the page that an argument’s default gives for null', `{ agents(first: null) { ${KEY} } }`, 50],
  ['a page beyond every limit, which will be rejected', `{ agents(first: 2000000000) { ${KEY} } }`, 10_000],
  [
    'a negative page next to another, from which it subtracts nothing',
    `{ a: agents(first: -9) { ${KEY} } b: agents(first: 3) { ${KEY} } }`,
    3,
  ],
  ['a query without lists', '{ agentByEmail(email: "a@b.c") { key name currentStatus { status } } }', 0],
  ['a connection without selected items', '{ agents(first: 9) { totalCount pageInfo { hasNextPage } } }', 0],
  ['edges and nodes together', `{ agents(first: 3) { ${KEY} edges { cursor node { key } } } }`, 6],
  ['pages of pages', `{ agents(first: 3) { nodes { ${PERIODS} } } }`, 3 + 3 * 7],
  ['pages below edges', `{ agents(first: 3) { edges { node { ${PERIODS} } } } }`, 3 + 3 * 7],
  ['a size', '{ agents(first: 2) { nodes { latestInteractions(size: 6) { nodes { guid } } } } }', 2 + 2 * 6],
  [
    'a list that no argument bounds, assumed to have ten items',
    `{ agents(first: 2) { nodes { sessions(${DURING}, first: 3) { nodes { events { at } } } } } }`,
    2 + 2 * 3 + 2 * 3 * 10,
  ],
  [
    'objects that lead back to the list they came from',
    `{ agents(first: 1) { nodes { statusPeriods(${DURING}, first: 2) { nodes { session { statusPeriods { id } } } } } } }`,
    1 + 2 + 2 * 10,
  ],
  [
    'totals by interval, of every status in two accounts',
    `{ agents(first: 2) { nodes { statusTotals(${DURING}, interval: HOUR) { nodes { seconds } } } } }`,
    2 + 2 * (26 * 5 * 2),
  ],
  [
    'totals by interval of the accounts named',
    `{ agents(first: 1) { nodes { statusTotals(${DURING}, interval: HALF_HOUR, accounts: ["a"]) { nodes { seconds } } } } }`,
    1 + 50 * 5,
  ],
  [
    'totals of a whole range',
    `{ agents(first: 1) { nodes { statusTotals(${DURING}) { complete nodes { seconds } } } } }`,
    1 + 5 * 2,
  ],
  ['ids', '{ nodes(ids: ["a", "b", "c"]) { id } }', 3],
  ['ids from a variable', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', 2, { ids: ['a', 'b'] }],
  ['a single id coerced to a list', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', 1, { ids: 'a' }],
  [
    'an interface, by its most expensive possible type',
    `{ node(id: "x") { ... on Agent { ${PERIODS} } ... on Session { events { at } } } }`,
    10,
  ],
  [
    'the entities that a federation router queries',
    `{ _entities(representations: [{__typename: "Agent", id: "x"}]) { ... on Agent { ${PERIODS} } } }`,
    1 + 7,
  ],
  [
    'fragments',
    `{ ...Q } fragment Q on Query { agents(first: 3) { ...C } } fragment C on AgentConnection { ${KEY} }`,
    3,
  ],
  ['a fragment on another type', '{ node(id: "x") { ... on Session { ... on Agent { accounts { ref } } } } }', 0],
  ['a fragment on an interface', '{ node(id: "x") { ... on Node { ... on Session { events { at } } } } }', 10],
  ['a field that @skip excludes', `{ agents(first: 3) @skip(if: true) { ${KEY} } }`, 0],
  ['the same field twice', `{ agents(first: 3) { ${KEY} } agents(first: 3) { ${KEY} } }`, 3],
  ['the same field under other names', `{ a: agents(first: 3) { ${KEY} } b: agents(first: 3) { ${KEY} } }`, 6],
  ['introspection', '{ __schema { types { name fields { name } } } __type(name: "Agent") { fields { name } } }', 0],
  ['an argument that is missing', '{ agents(first: 1) { nodes { statusPeriods(first: 5) { nodes { id } } } } }', 1],
])('estimates the items of %s', (_what, query, cost, ...[variables]) => {
  expect(listItemsIn(query, variables)).toBe(cost);
});

test('visits each fragment once when estimating, even where fragments double each other', () => {
  const doubling = Array.from({ length: 49 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
  expect(listItemsIn(`{ ...F0 } ${doubling.join(' ')} fragment F49 on Query { agents(first: 3) { ${KEY} } }`)).toBe(3);
});
