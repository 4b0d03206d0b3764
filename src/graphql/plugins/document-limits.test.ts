import { ApolloServer } from '@apollo/server';
import { describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery, parse } from 'graphql';
import { findExceededLimit, documentLimitsPlugin } from './document-limits.ts';

const limits = { maxDepth: 4, maxAliases: 3, maxRootFields: 3 };
const exceededLimitOf = (query: string) => findExceededLimit(parse(query), limits)?.extensions.limit ?? null;
const repeat = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');

describe.each([
  ['depth', 4, (n: number) => `{ ${'me { '.repeat(n - 1)} name ${'} '.repeat(n - 1)} }`],
  [
    'depth',
    4,
    (n: number) =>
      `{ ...A } fragment A on Q { me { ...B } } fragment B on Q { ${'me { '.repeat(n - 2)} name ${'} '.repeat(n - 2)} }`,
  ],
  [
    'depth',
    4,
    (n: number) => `{ name } query Other { ... on Q { ${'me { '.repeat(n - 1)} name ${'} '.repeat(n - 1)} } }`,
  ],
  [
    'depth',
    4,
    (n: number) =>
      `query ($no: Boolean = false) { me @include(if: $no) { ${'me { '.repeat(n - 2)} name ${'} '.repeat(n - 2)} } }`,
  ],
  ['root_fields', 3, (n: number) => `{ ${repeat(n, () => 'name')} }`],
  ['root_fields', 3, (n: number) => `{ name ...A } fragment A on Q { ${repeat(n - 1, () => 'name')} }`],
  ['root_fields', 3, (n: number) => `{ ${repeat(n, () => 'name @skip(if: true)')} }`],
  ['aliases', 3, (n: number) => `{ me { ${repeat(n, (i) => `a${i}: name`)} } }`],
  ['aliases', 3, (n: number) => `{ me { ${repeat(n, (i) => `a${i}: __typename`)} } }`],
  ['aliases', 3, (n: number) => `{ me { ${repeat(n, () => '...A')} } } fragment A on Q { a: name }`],
  ['aliases', 3, (n: number) => `{ me { ${repeat(n, (i) => `a${i}: name @skip(if: true)`)} } }`],
  ['directives', 30, (n: number) => `{ me { ${repeat(n, () => 'name @skip(if: true)')} } }`],
  ['directives', 30, (n: number) => `{ me { ${repeat(n, () => '... @include(if: true) { name }')} } }`],
  [
    'directives',
    30,
    (n: number) => `{ me { ${repeat(n, () => '...A @include(if: true)')} } } fragment A on Q { name }`,
  ],
  ['directives', 30, (n: number) => `query ${repeat(n, () => '@skip(if: true)')} { name }`],
  ['directives', 30, (n: number) => `query @skip(if: true) { me { ${repeat(n - 1, () => 'name @skip(if: true)')} } }`],
  [
    'directives',
    30,
    (n: number) =>
      `query A { me { ${repeat(n >> 1, () => '... @a { name }')} } } query B { me { ${repeat(n - (n >> 1), () => '... @a { name }')} } }`,
  ],
  ['directives', 30, (n: number) => `{ me { ${repeat(n, () => '...A')} } } fragment A on Q { name @a }`],
  ['directives', 30, (n: number) => `query ($x: Int ${repeat(n, () => '@a')}) { name }`],
  ['directives', 30, (n: number) => `{ name } fragment A on Q ${repeat(n, () => '@a')} { name }`],
  ['directives', 30, (n: number) => `{ name } fragment A on Q { ${repeat(n, () => 'name @a')} }`],
  ['operations', 10, (n: number) => repeat(n, (i) => `query Q${i} { name }`)],
  ['fields', 2000, (n: number) => `{ me { ${repeat(n - 1, () => 'name')} } }`],
  [
    'fields',
    2000,
    (n: number) =>
      `{ me { ${repeat(n - 1502, () => 'name')} ...A ...A me { ...A } } } fragment A on Q { ${repeat(500, () => 'name')} }`,
  ],
  ['fragments', 50, (n: number) => `{ name } ${repeat(n, (i) => `fragment F${i} on Q { name }`)}`],
])('%s, at most %i', (limit, max, query) => {
  test(`${query(max).slice(0, 60)} passes`, () => {
    expect(exceededLimitOf(query(max))).toBeNull();
  });

  test('one more does not', () => {
    expect(exceededLimitOf(query(max + 1))).toBe(limit);
  });
});

test('fragments that double each other 49 times are each measured once', () => {
  const doubling = repeat(49, (i) => `fragment F${i} on Q { ...F${i + 1} ...F${i + 1} }`);
  expect(exceededLimitOf(`{ me { ...F0 } } ${doubling} fragment F49 on Q { a: name }`)).toBe('fields');
});

test('fragments in a circle, which validation refuses, do not go on for ever', () => {
  expect(exceededLimitOf('{ ...A } fragment A on Q { me { ...B } } fragment B on Q { me { ...A } }')).toBeNull();
});

test('the usual introspection query passes, with fields beside it counted as ever', () => {
  expect(exceededLimitOf(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))).toBeNull();
  expect(exceededLimitOf(`{ __schema { types { name } } me { me { me { me { name } } } } }`)).toBe('depth');
  expect(
    exceededLimitOf('{ __type(name: "Q") { fields { type { ofType { ofType { ofType { name } } } } } } }'),
  ).toBeNull();
});

test('a refusal is an answer with status 400 that says which limit, and nothing runs', async () => {
  let ran = false;
  const apollo = new ApolloServer({
    typeDefs: 'type Query { me: Query name: String }',
    resolvers: { Query: { name: () => (ran = true) } },
    plugins: [documentLimitsPlugin(limits)],
  });
  const { http, body } = await apollo.executeOperation({ query: '{ name name name name }' });
  expect(http.status).toBe(400);
  expect(body).toMatchObject({
    singleResult: {
      errors: [
        {
          message: 'Query too complex: 4 fields on the first level (fragments expanded) exceed the limit of 3.',
          extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'root_fields' },
        },
      ],
    },
  });
  expect(ran).toBe(false);
  // Nor is it validated, which may take long: that there are no such fields is not said. Asked again it is refused again.
  for (const query of ['{ a b c d }', 'query Named { a b c d }', '{ a b c d }']) {
    const { body: unknown } = await apollo.executeOperation({
      query,
      ...(query.includes('Named') && { operationName: 'Named' }),
    });
    expect(unknown).toMatchObject({ singleResult: { errors: [{ extensions: { limit: 'root_fields' } }] } });
  }
  const { body: fine } = await apollo.executeOperation({ query: '{ name name name }' });
  expect(fine).toMatchObject({ singleResult: { data: { name: 'true' } } });
});
