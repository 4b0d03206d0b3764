import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseManifest, readManifest, toCanonicalDocumentId } from './document-manifest.ts';

const MALFORMED = expect.stringMatching(/^must be JSON: /);

function parse(value: unknown): unknown {
  const content = parseManifest(typeof value === 'string' ? value : JSON.stringify(value));
  return 'problem' in content ? content : Object.fromEntries(content.documents);
}

describe('parseManifest', () => {
  test('reads texts by id, as Relay and graphql-codegen write them', () => {
    expect(parse({ abc: 'query A { a }', def: 'query B { b }' })).toEqual({
      abc: 'query A { a }',
      def: 'query B { b }',
    });
  });

  test('reads a manifest of Apollo', () => {
    const operations = [{ id: 'abc', body: 'query A { a }', name: 'A', type: 'query', clientName: 'web' }];
    expect(parse({ format: 'apollo-persisted-query-manifest', version: 1, operations })).toEqual({
      abc: 'query A { a }',
    });
  });

  test('reads an id with and without its prefix as one', () => {
    expect(parse({ 'sha256:abc': '{ a }' })).toEqual({ abc: '{ a }' });
    expect(parse({ 'sha256:abc': '{ a }', abc: '{ a }' })).toEqual({ abc: '{ a }' });
    expect(parse({ 'sha256:abc': '{ a }', abc: '{ b }' })).toEqual({ problem: 'has two texts for the id abc' });
    expect(toCanonicalDocumentId('x-mine:abc')).toBe('x-mine:abc');
  });

  test('ignores a byte order mark, and accepts an empty manifest', () => {
    expect(parse('\uFEFF{"abc":"{ a }"}')).toEqual({ abc: '{ a }' });
    expect(parse({})).toEqual({});
  });

  test('keeps ids that are also names of properties of every object', () => {
    expect(parse('{"constructor":"{ a }"}')).toEqual({ constructor: '{ a }' });
  });

  test.each([
    ['not JSON', '{ CANARY'],
    ['a list', ['{ CANARY }']],
    ['a text that is none', { abc: 1 }],
    ['an empty text', { abc: '' }],
    ['an empty id', { '': '{ a }' }],
    ['another version of Apollo’s form', { format: 'apollo-persisted-query-manifest', version: 2, operations: [] }],
    ['another format', { format: 'CANARY' }],
    ['an operation without text', { format: 'apollo-persisted-query-manifest', version: 1, operations: [{ id: 'a' }] }],
  ])('rejects %s without quoting it', (_, value) => {
    expect(parse(value)).toEqual({ problem: MALFORMED });
    expect(JSON.stringify(parse(value))).not.toContain('CANARY');
  });
});

describe('readManifest', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchboard-manifest-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('reads the file', () => {
    const path = join(folder, 'documents.json');
    writeFileSync(path, '{"abc":"{ a }"}');
    expect(readManifest(path)).toEqual({ documents: new Map([['abc', '{ a }']]) });
  });

  test('says why a file cannot be read', () => {
    expect(readManifest(join(folder, 'none.json'))).toEqual({ problem: 'cannot be read: there is no such file' });
    expect(readManifest(folder)).toEqual({ problem: 'cannot be read: it is a folder' });
  });
});
