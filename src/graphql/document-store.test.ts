import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { createDocumentStore } from './document-store.ts';

const TEXT = '{ agents { nodes { id } } }';

test('keeps documents by their text, up to a size', async () => {
  const store = createDocumentStore(10_000_000);
  const first = parse(TEXT);
  await store?.set('first', first);
  expect(await store?.get('first')).toBe(first);

  for (let i = 0; i < 10_000; i += 1) await store?.set(`key ${i}`, parse(TEXT));
  expect(await store?.get('first')).toBeUndefined();
  expect(await store?.get('key 9999')).toBeDefined();
});

test('leaves out a document that is larger than everything it may keep', async () => {
  const store = createDocumentStore(100);
  await store?.set('large', parse(TEXT));
  expect(await store?.get('large')).toBeUndefined();
});

test('does not exist without memory', () => {
  expect(createDocumentStore(0)).toBeNull();
});
