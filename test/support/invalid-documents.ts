import { buildSchema } from 'graphql';

export const schema = buildSchema(`
  directive @once on FIELD
  interface Named { name: String }
  type Query implements Named { me: Query name: String named: Named list(first: Int!, filter: Filter): [Query] }
  type Other { other: Int }
  type Subscription { first: Int second: Int }
  input Filter { names: [String!] }
`);

export const validTexts: readonly string[] = [
  '{ name }',
  'query A { me { name } } query B { named { ... on Query { me { name } } } }',
  'query ($first: Int!, $names: [String!]) { list(first: $first, filter: { names: $names }) { ...F } } fragment F on Query { name @once }',
  '{ list(first: 1, filter: { names: ["a"] }) { name } }',
  'subscription { first }',
  'query __proto__ { constructor: name } query constructor($__proto__: Int!) { list(first: $__proto__) { name } }',
  '{ list(first: 1, filter: { names: ["""$ @ (""", "\\u{1F600}"] }) { fragment: name on: name } }',
  '"A description" query A("Another one" $first: Int!) { list(first: $first) { name } }',
];

/** At least one for each rule of GraphQL, in the order of graphql-js. */
export const invalidTexts: readonly string[] = [
  'type T { f: Int }',
  'query A { name } query A { name }',
  '{ name } query A { name }',
  'subscription { first second }',
  'query ($a: Unknown) { name }',
  '{ ... on String { name } }',
  'query ($a: Query) { name }',
  '{ name { name } }',
  '{ me }',
  '{ unknown }',
  'fragment F on Query { name } fragment F on Query { name } { ...F }',
  '{ ...F }',
  '{ name } fragment F on Query { name }',
  '{ ... on Other { other } }',
  '{ ...F } fragment F on Query { ...F }',
  'query ($a: Int!, $a: Int!) { list(first: $a) { name } }',
  '{ list(first: $a) { name } }',
  'query ($a: Int) { name }',
  '{ name @unknown }',
  '{ name @once @once }',
  '{ name(unknown: 1) }',
  '{ name @skip(if: true, unknown: 1) }',
  '{ list(first: 1, first: 2) { name } }',
  '{ list(first: "one") { name } }',
  '{ list { name } }',
  '{ name @skip }',
  'query ($a: Int) { list(first: $a) { name } }',
  '{ same: name same: me { name } }',
  '{ list(first: 1, filter: { names: [], names: [] }) { name } }',
  'subscription ($a: Boolean!) { first @skip(if: $a) }',
  'subscription { ...F } fragment F on Subscription { first second }',
  'subscription { __typename }',
  'query @once { name }',
  'query ($first: Int! @once) { list(first: $first) { name } }',
  '{ ...F @once } fragment F on Query { name }',
  '{ ...F } fragment F on Query @once { name }',
  '{ ... @once { name } }',
  'query A { ...F } query B($first: Int!) { ...F } fragment F on Query { list(first: $first) { name } }',
  '{ name } extend type Query { more: Int }',
  '{ list(first: 1, filter: null, filter: {}) { name } }',
];
