import { describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery, parse } from 'graphql';
import { findExceededLimit } from './document-limits.ts';

const limits = { maxDepth: 4, maxAliases: 3, maxRootFields: 3 };
function exceededLimitOf(query: string) {
  return findExceededLimit(parse(query), limits)?.extensions.limit ?? null;
}
function repeat(count: number, text: (index: number) => string) {
  return Array.from({ length: count }, (_, i) => text(i)).join(' ');
}

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
  ['directives', 30, (n: number) => `{ name } type T ${repeat(n - 1, () => '@a')} { field: Int @a }`],
  ['operations', 10, (n: number) => repeat(n, (i) => `query Q${i} { name }`)],
  ['fields', 2000, (n: number) => `{ me { ${repeat(n - 1, () => 'name')} } }`],
  [
    'fields',
    2000,
    (n: number) =>
      `{ me { ${repeat(n - 1502, () => 'name')} ...A ...A me { ...A } } } fragment A on Q { ${repeat(500, () => 'name')} }`,
  ],
  ['fragments', 50, (n: number) => `{ name } ${repeat(n, (i) => `fragment F${i} on Q { name }`)}`],
])('limit %s of %i', (limit, max, query) => {
  test(`accepts ${limit} at the limit of ${max}: ${query(max).slice(0, 60)}`, () => {
    expect(exceededLimitOf(query(max))).toBeNull();
  });

  test(`rejects ${limit} one beyond the limit of ${max}: ${query(max).slice(0, 60)}`, () => {
    expect(exceededLimitOf(query(max + 1))).toBe(limit);
  });
});

test('measures each fragment once, even where fragments double each other 49 times', () => {
  const doubling = repeat(49, (i) => `fragment F${i} on Q { ...F${i + 1} ...F${i + 1} }`);
  expect(exceededLimitOf(`{ me { ...F0 } } ${doubling} fragment F49 on Q { a: name }`)).toBe('fields');
});

test('terminates on circular fragments, which validation rejects', () => {
  expect(exceededLimitOf('{ ...A } fragment A on Q { me { ...B } } fragment B on Q { me { ...A } }')).toBeNull();
});

test('accepts the standard introspection query, and still counts the fields next to it', () => {
  expect(exceededLimitOf(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))).toBeNull();
  expect(exceededLimitOf(`{ __schema { types { name } } me { me { me { me { name } } } } }`)).toBe('depth');
  expect(
    exceededLimitOf('{ __type(name: "Q") { fields { type { ofType { ofType { ofType { name } } } } } } }'),
  ).toBeNull();
});
