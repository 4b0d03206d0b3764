import { describe, expect, test } from '@jest/globals';
import { type Declaration, declarationsOf, globalNames, readSourceTree } from './source-tree.ts';

/**
 * The files that every vendor has, with the same exports in each (the vendor contract). Their type names may occur once per
 * vendor; all other exported type names are unique.
 */
const VENDOR_CONTRACT_FILES = [
  'auth',
  'client',
  'config',
  'conformance',
  'data-source',
  'estimate',
  'index',
  'loaders',
  'map',
  'references',
  'sandbox',
  'wire',
];
const VENDOR_CONTRACT_PATH = new RegExp(`^src/vendors/[^/]+/(${VENDOR_CONTRACT_FILES.join('|')})\\.ts$`);

/** What a name must differ in: the same file of another vendor does not count. */
function scopeOf({ path }: Declaration) {
  return VENDOR_CONTRACT_PATH.exec(path)?.[1] ?? path;
}

function duplicateTypeNames(declarations: readonly Declaration[]): readonly string[] {
  const types = declarations.filter(
    ({ isExported, kind }) => isExported && ['type', 'class', 'error class'].includes(kind),
  );
  const byName = Object.groupBy(types, ({ name }) => name);
  return Object.entries(byName).flatMap(([name, sameName = []]) =>
    new Set(sameName.map(scopeOf)).size > 1 ? [`${name}: ${sameName.map(({ path }) => path).join(', ')}`] : [],
  );
}

function shadowingTypes(declarations: readonly Declaration[]) {
  const globals = globalNames();
  return declarations
    .filter(({ kind, name }) => kind !== 'value' && kind !== 'schema' && globals.has(name))
    .map(({ name, path }) => `${name}: ${path}`);
}

function misnamedErrors(declarations: readonly Declaration[]) {
  return declarations
    .filter(({ kind, name }) => kind === 'error class' && !name.endsWith('Error'))
    .map(({ name }) => name);
}

/** `config` of a vendor is the vendor contract's name for the schema of its accounts. */
function misnamedSchemas(declarations: readonly Declaration[]) {
  return declarations
    .filter(
      ({ kind, name, path }) =>
        kind === 'schema' && !name.endsWith('Schema') && !(name === 'config' && VENDOR_CONTRACT_PATH.test(path)),
    )
    .map(({ name, path }) => `${name}: ${path}`);
}

describe('names in src/', () => {
  const declarations = readSourceTree().sources.flatMap(declarationsOf);

  test('finds declarations of every kind in the source tree', () => {
    expect(declarations.length).toBeGreaterThan(500);
    expect(new Set(declarations.map(({ kind }) => kind))).toEqual(
      new Set(['type', 'class', 'error class', 'schema', 'value']),
    );
  });

  test('gives every exported type a unique name, except in the vendor contract’s files', () => {
    expect(duplicateTypeNames(declarations)).toEqual([]);
  });

  test('gives no type the name of a global', () => {
    expect(shadowingTypes(declarations)).toEqual([]);
  });

  test('ends every error class in Error', () => {
    expect(misnamedErrors(declarations)).toEqual([]);
  });

  test('ends every Zod schema in Schema', () => {
    expect(misnamedSchemas(declarations)).toEqual([]);
  });
});

describe('the rules for names', () => {
  const declare = (path: string, text: string) => declarationsOf({ path, text });

  test('reports a type name that two files export', () => {
    const twice = [
      ...declare('src/a/x.ts', 'export interface Page {}'),
      ...declare('src/b/y.ts', 'export class Page {}'),
    ];
    expect(duplicateTypeNames(twice)).toEqual(['Page: src/a/x.ts, src/b/y.ts']);
  });

  test('ignores a type name that is not exported, or that the same file of two vendors exports', () => {
    const declarations = [
      ...declare('src/a/x.ts', 'interface Page {}'),
      ...declare('src/vendors/one/wire.ts', 'export type Page = string'),
      ...declare('src/vendors/two/wire.ts', 'export type Page = number'),
    ];
    expect(duplicateTypeNames(declarations)).toEqual([]);
    expect(duplicateTypeNames([...declarations, ...declare('src/vendors/one/map.ts', 'export type Page = 1')])).toEqual(
      ['Page: src/vendors/one/wire.ts, src/vendors/two/wire.ts, src/vendors/one/map.ts'],
    );
  });

  test.each(['Request', 'Record', 'Response', 'Map', 'Awaited', 'AbortSignal'])('reports a type called %s', (name) => {
    expect(shadowingTypes(declare('src/a.ts', `interface ${name} {}`))).toEqual([`${name}: src/a.ts`]);
  });

  test('reports an error class without Error in its name', () => {
    const text = 'class Refusal extends Error {}\nclass Late extends AttemptTimeoutError {}\nclass Plain {}';
    expect(misnamedErrors(declare('src/a.ts', text))).toEqual(['Refusal', 'Late']);
  });

  test('reports a Zod schema without Schema in its name', () => {
    const text = [
      'export const ttl = z.strictObject({}).prefault({});',
      'const cell = cacheSchema.extend({ a: 1 });',
      'const parsed = cacheSchema.parse(1);',
      'export const ttlSchema = z.number();',
    ].join('\n');
    expect(misnamedSchemas(declare('src/a.ts', text))).toEqual(['ttl: src/a.ts', 'cell: src/a.ts']);
  });
});
