import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { createDocumentReader } from './document-reader.ts';

const schema = buildSchema('type Query { me: Query name: String }');
const LIMITS = { maxTokens: 20, maxDepth: 3, maxAliases: 3, maxRootFields: 3 };

function createReader(maxBytes = 10_000_000) {
  const read = createDocumentReader(LIMITS, maxBytes);
  if (!read) throw new Error('no reader');
  return (text: string) => read(text, createHash('sha256').update(text).digest('hex'), schema);
}

describe('createDocumentReader', () => {
  test('keeps a document once its text has come back', () => {
    const read = createReader();
    const first = read('{ name }');
    const second = read('{ name }');
    expect(first?.document.loc?.source.body).toBe('{ name }');
    expect(second?.document).not.toBe(first?.document);
    expect(read('{ name }')?.document).toBe(second?.document);
    expect(read('{ name } ')?.document).not.toBe(second?.document);
  });

  test('forgets a text that comes back after thousands of others', () => {
    const read = createReader();
    read('{ name }');
    for (let nth = 0; nth < 10_000; nth += 1) read(`{ name${nth}: name }`);
    const second = read('{ name }');
    expect(read('{ name }')?.document).not.toBe(second?.document);
  });

  test('keeps documents up to a size, and none that is larger', () => {
    const read = createReader(20_000);
    const readTwice = (text: string) => [read(text), read(text)].at(-1)?.document;
    const first = readTwice('{ name }');
    const large = readTwice(`{ name } # ${'-'.repeat(200)}`);
    expect(read('{ name }')?.document).toBe(first);
    expect(read(`{ name } # ${'-'.repeat(200)}`)?.document).not.toBe(large);
    for (let nth = 0; nth < 100; nth += 1) readTwice(`{ name${nth}: name }`);
    expect(read('{ name }')?.document).not.toBe(first);
  });

  test('rejects a document beyond a limit without validating it, and has another one in its place', () => {
    const read = createReader();
    const checked = read('{ a b c d }');
    expect(checked?.rejection?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit: 'root_fields' });
    expect(checked?.document.loc?.source.body).toBe('{ __typename }');
    expect(read('{ name }')?.rejection).toBeNull();
    // Kept like any other.
    expect([read('{ a b c d }')?.document, read('{ a b c d }')?.document]).toEqual([
      expect.anything(),
      expect.anything(),
    ]);
    expect(read('{ a b c d }')?.document).toBe(read('{ a b c d }')?.document);
  });

  test.each([
    ['is no GraphQL', '{ name'],
    ['has too many tokens', `{ ${'name '.repeat(20)} }`],
    ['is invalid', '{ unknown }'],
  ])('returns nothing for a text that %s', (_problem, text) => {
    const read = createReader();
    expect([read(text), read(text), read(text)]).toEqual([null, null, null]);
  });

  test('does not exist without memory', () => {
    expect(createDocumentReader(LIMITS, 0)).toBeNull();
  });
});
