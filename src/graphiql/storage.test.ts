import { expect, test } from '@jest/globals';
import { createStorageWithoutHeaders, type TextStorage } from './storage.ts';

function createTestStorage() {
  const stored = new Map<string, string>();
  const inner: TextStorage = {
    get length() {
      return stored.size;
    },
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
    removeItem: (key) => stored.delete(key),
    clear: () => {
      stored.clear();
    },
  };
  return { stored, storage: createStorageWithoutHeaders(inner) };
}

test('removes headers from tabs and history, at any depth', () => {
  const { stored, storage } = createTestStorage();
  const entry = { query: '{ accounts { name } }', headers: '{"Authorization":"Bearer my-own-key"}' };
  storage.setItem('graphiql:queries', JSON.stringify({ queries: [entry] }));
  storage.setItem('graphiql:tabState', JSON.stringify({ activeTabIndex: 0, tabs: [entry] }));
  storage.setItem('graphiql:headers', entry.headers);
  expect([...stored.keys()]).toEqual(['graphiql:queries', 'graphiql:tabState']);
  expect([...stored.values()].join()).not.toContain('my-own-key');
  expect(JSON.parse(storage.getItem('graphiql:queries') ?? '')).toEqual({ queries: [{ ...entry, headers: null }] });
});

test.each(['dark', '{ agents { totalCount } }', '{"day":{}}'])('stores other values unchanged: %s', (value) => {
  const { storage } = createTestStorage();
  storage.setItem('graphiql:any', value);
  expect(storage.getItem('graphiql:any')).toBe(value);
  expect(storage.length).toBe(1);
  storage.removeItem('graphiql:any');
  expect(storage.getItem('graphiql:any')).toBeNull();
});
