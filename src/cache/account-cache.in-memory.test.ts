import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  fetching,
  namespace,
  vendorError,
} from '../../test/support/cache-harness.ts';
import type { AccountCacheOptions } from './account-cache.ts';
import type { CacheNamespace } from './cache.ts';

/** A cache in which the key `a` is fresh for 60 seconds, and a caller who has read nothing yet. */
async function setUp(options: Partial<AccountCacheOptions> = {}) {
  const harness = createTestCache(options);
  await harness.cache.readMany(namespace, ['a'], createCaller().context, fetching('A'));
  harness.reads.length = 0;
  const caller = createCaller();
  const restrictions: number[] = [];
  const entriesRead: string[] = [];
  const context = {
    ...caller.context,
    restrictCache: (at: number) => restrictions.push(at),
    onEntriesRead: (ids: readonly string[]) => entriesRead.push(...ids),
  };
  return { ...harness, ...caller, context, restrictions, entriesRead };
}

describe('readInMemory', () => {
  test('returns what readMany would, and records the same', async () => {
    const { cache, context, records, reads, restrictions, entriesRead } = await setUp();
    const value = cache.readInMemory(namespace, cache.entryId(namespace, 'a'), context);
    const traces = [records, reads, restrictions, entriesRead];
    const inMemory = traces.map((trace) => trace.splice(0));
    expect(inMemory.every((trace) => trace.length === 1)).toBe(true);
    expect([value]).toEqual(await cache.readMany(namespace, ['a'], context, fetching('B')));
    expect(traces).toEqual(inMemory);
  });

  test.each([60_000, 66_000])('leaves a value past its TTL, after %i ms, to readMany', async (ms) => {
    const { cache, context, clock, records } = await setUp();
    clock.advance(ms);
    expect(cache.readInMemory(namespace, cache.entryId(namespace, 'a'), context)).toBeUndefined();
    expect(records).toEqual([]);
  });

  test('leaves an agent that the vendor does not know to readMany', async () => {
    const { cache, context } = await setUp();
    await cache.readMany(namespace, ['b'], context, () =>
      Promise.resolve([{ notFound: vendorError('NOT_FOUND'), ttlSeconds: 60 }]),
    );
    expect(cache.readInMemory(namespace, cache.entryId(namespace, 'b'), context)).toBeUndefined();
  });

  test('leaves what lacks a part to readMany', async () => {
    const { cache, context } = await setUp();
    const incomplete: CacheNamespace<string, string> = { ...namespace, isComplete: (value) => value !== 'A' };
    expect(cache.readInMemory(incomplete, cache.entryId(incomplete, 'a'), context)).toBeUndefined();
  });

  test('leaves a value of another format to readMany', async () => {
    const { cache, context } = await setUp();
    const other: CacheNamespace<string, string> = { ...namespace, isValid: (value): value is string => value === 'B' };
    expect(cache.readInMemory(other, cache.entryId(other, 'a'), context)).toBeUndefined();
  });

  test('leaves a key in flight to readMany, whose readers share that fetch', async () => {
    const { cache, context, clock } = await setUp();
    const vendor = createStubVendor();
    clock.advance(61_000);
    await cache.readMany(namespace, ['a'], context, vendor.fetch);
    await cache.primeMany(namespace, [['a', { value: 'primed', ttlSeconds: 60 }]], clock.now());
    expect(cache.readInMemory(namespace, cache.entryId(namespace, 'a'), context)).toBeUndefined();
    vendor.answer(0);
  });

  test('leaves the read of a caller that has gone to readMany, which rejects it', async () => {
    const { cache, context, abort } = await setUp();
    abort();
    expect(cache.readInMemory(namespace, cache.entryId(namespace, 'a'), context)).toBeUndefined();
  });

  test('returns nothing where synchronous reads are off', async () => {
    const { cache, context } = await setUp({ synchronousReads: false });
    expect(cache.readInMemory(namespace, cache.entryId(namespace, 'a'), context)).toBeUndefined();
  });
});
