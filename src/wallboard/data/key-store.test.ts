import { expect, test } from '@jest/globals';
import { createKeyStore } from './key-store.ts';

test('keeps and forgets the key', () => {
  const values = new Map<string, string>();
  const store = createKeyStore({
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => values.set(name, value),
    removeItem: (name) => values.delete(name),
  });
  expect(store.read()).toBeNull();
  store.write('secret');
  expect(store.read()).toBe('secret');
  store.write(null);
  expect([store.read(), values.size]).toEqual([null, 0]);
});
