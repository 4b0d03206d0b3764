import { expect, test } from '@jest/globals';
import {
  createCaller,
  createTestCache,
  fetching,
  namespace,
  unexpectedFetch,
} from '../../test/support/cache-harness.ts';
import { createQueryLoader } from './query-loader.ts';

/** A loader over a cache in which these keys are fresh, for 60 seconds. */
async function setUp(...freshKeys: readonly string[]) {
  const harness = createTestCache();
  const { cache } = harness;
  const { context, records } = createCaller();
  for (const key of freshKeys) await cache.readMany(namespace, [key], context, fetching(key.toUpperCase()));
  const batches: (readonly string[])[] = [];
  const createLoader = () =>
    createQueryLoader({
      cache,
      namespace,
      request: context,
      readBatch: (keys) => {
        batches.push(keys);
        const fetch = (missing: readonly string[]) =>
          Promise.resolve(missing.map((key) => ({ value: key.toUpperCase(), ttlSeconds: 60 })));
        return cache.readMany(namespace, keys, context, fetch);
      },
    });
  return { ...harness, records, batches, createLoader };
}

test('returns a value that is fresh in memory without a promise', async () => {
  const { createLoader, batches } = await setUp('a');
  expect(createLoader()('a')).toMatchObject({ value: 'A', servedFrom: 'CACHE' });
  expect(batches).toEqual([]);
});

test('reads the other keys of a tick in one batch, each once', async () => {
  const { createLoader, batches } = await setUp('b');
  const load = createLoader();
  const values = await Promise.all(['a', 'b', 'c', 'a'].map(async (key) => load(key)));
  expect(values.map(({ value }) => value)).toEqual(['A', 'B', 'C', 'A']);
  expect(batches).toEqual([['a', 'c']]);
});

test('composes the id of an entry once, and passes it on to the batch', async () => {
  const { cache } = createTestCache();
  const { context } = createCaller();
  const composed: string[] = [];
  const keyParts = (key: string) => {
    composed.push(key);
    return namespace.keyParts(key);
  };
  const counted = { ...namespace, keyParts };
  const fetch = (keys: readonly string[]) =>
    Promise.resolve(keys.map((key) => ({ value: key.toUpperCase(), ttlSeconds: 60 })));
  const passed: (readonly string[])[] = [];
  const load = createQueryLoader({
    cache,
    namespace: counted,
    request: context,
    readBatch: (keys, request, ids) => {
      passed.push(ids);
      return cache.readMany(counted, keys, request, fetch, ids);
    },
  });
  const values = await Promise.all(['a', 'b'].map(async (key) => load(key)));
  expect(composed).toEqual(['a', 'b']);
  expect(passed).toEqual([['a', 'b'].map((key) => cache.entryId(namespace, key))]);
  expect(values.map(({ value }) => value)).toEqual(['A', 'B']);
});

test('a query gets the same value of a key each time, though it is past its TTL meanwhile', async () => {
  const { createLoader, clock } = await setUp('a');
  const load = createLoader();
  const first = load('a');
  clock.advance(61_000);
  expect(load('a')).toBe(first);
  expect(createLoader()('a')).toBeInstanceOf(Promise);
});

test('a key that fails rejects, and the others of its batch do not', async () => {
  const { cache } = createTestCache();
  const { context } = createCaller();
  const load = createQueryLoader({
    cache,
    namespace,
    request: context,
    readBatch: async ([first = '']) => [
      new Error('no'),
      await cache.read(namespace, first, context, () => Promise.resolve({ value: 'B', ttlSeconds: 60 })),
    ],
  });
  const [a, b] = [load('a'), load('b')];
  await expect(a).rejects.toThrow('no');
  await expect(b).resolves.toMatchObject({ value: 'B' });
  await expect(cache.readMany(namespace, ['a'], context, unexpectedFetch)).resolves.toHaveLength(1);
});
