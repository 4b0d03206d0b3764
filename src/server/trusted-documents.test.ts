import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import type { TrustedDocument } from '../graphql/check-documents.ts';
import { createTrustedDocuments } from './trusted-documents.ts';

function document(text: string): TrustedDocument {
  return { text, operationName: null };
}
function manifest(entries: Readonly<Record<string, string>>): ReadonlyMap<string, TrustedDocument> {
  return new Map(Object.entries(entries).map(([id, text]) => [id, document(text)]));
}

function createTestDocuments(reloads: readonly (ReadonlyMap<string, TrustedDocument> | null)[]) {
  const clock = manualClock(0);
  const left = [...reloads];
  let count = 0;
  const documents = createTrustedDocuments({
    mode: 'allow',
    documents: manifest({ a: '{ a }' }),
    reload: () => {
      count += 1;
      return Promise.resolve(left.shift() ?? null);
    },
    clock,
  });
  return { documents, clock, reloadCount: () => count };
}

describe('createTrustedDocuments', () => {
  test('finds a known document at once, without reading the manifests', () => {
    const { documents, reloadCount } = createTestDocuments([]);
    expect(documents.find('a')).toEqual(document('{ a }'));
    expect(reloadCount()).toBe(0);
  });

  test('reads the manifests again for an unknown id, once for all that ask at the same time', async () => {
    const { documents, reloadCount } = createTestDocuments([manifest({ b: '{ b }' })]);
    expect(await Promise.all([documents.find('b'), documents.find('c'), documents.find('b')])).toEqual([
      document('{ b }'),
      undefined,
      document('{ b }'),
    ]);
    expect(documents.find('b')).toEqual(document('{ b }'));
    expect(reloadCount()).toBe(1);
  });

  test('remembers for five seconds that ids are unknown, however many', async () => {
    const { documents, clock, reloadCount } = createTestDocuments([null, manifest({ x9: '{ x }' })]);
    await documents.find('x0');
    clock.advance(4999);
    for (let index = 0; index < 1000; index += 1) expect(documents.find(`x${index}`)).toBeUndefined();
    expect(reloadCount()).toBe(1);
    clock.advance(1);
    expect(await documents.find('x9')).toEqual(document('{ x }'));
    expect(reloadCount()).toBe(2);
  });

  test('keeps the text of an id, and ids that a later manifest lacks', async () => {
    const { documents } = createTestDocuments([manifest({ a: '{ other }', b: '{ b }' })]);
    await documents.find('b');
    expect(documents.find('a')).toEqual(document('{ a }'));
  });

  test('reads again after a reload that failed', async () => {
    const clock = manualClock(0);
    let count = 0;
    const documents = createTrustedDocuments({
      mode: 'allow',
      documents: new Map(),
      reload: () => {
        count += 1;
        return count === 1 ? Promise.reject(new Error('failed')) : Promise.resolve(manifest({ b: '{ b }' }));
      },
      clock,
    });
    await expect(documents.find('b')).rejects.toThrow('failed');
    clock.advance(5000);
    expect(await documents.find('b')).toEqual(document('{ b }'));
  });
});
