import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  failingWith,
  fetching,
  namespace,
  unexpectedFetch,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';

const { context } = createCaller();

test('fetches what was requested before the conditions allow, once for all who ask alike', async () => {
  const { cache, clock } = createTestCache();
  await cache.readMany(namespace, ['a'], context, fetching('old'));
  clock.advance(1000);
  const later = { ...context, accepts: { notBeforeMs: clock.monotonicMs() } };
  expect(cache.readInMemory(namespace, cache.entryId(namespace, 'a'), later)).toBeUndefined();
  const vendor = createStubVendor();
  const reads = [
    cache.readMany(namespace, ['a'], later, vendor.fetch),
    cache.readMany(namespace, ['a'], later, vendor.fetch),
  ];
  await flushPromises();
  vendor.answerWith(0, [{ value: 'new', ttlSeconds: 60 }]);
  for (const read of reads) expect(await read).toMatchObject([{ value: 'new', servedFrom: 'VENDOR' }]);
  expect(vendor.calls).toHaveLength(1);
  expect(cache.readInMemory(namespace, cache.entryId(namespace, 'a'), context)).toMatchObject({ value: 'new' });
});

test('does not join a fetch that began before', async () => {
  const { cache, clock } = createTestCache();
  const vendor = createStubVendor();
  const before = cache.readMany(namespace, ['a'], context, vendor.fetch);
  await flushPromises();
  clock.advance(1);
  const later = { ...context, accepts: { notBeforeMs: clock.monotonicMs() } };
  const after = cache.readMany(namespace, ['a'], later, vendor.fetch);
  await flushPromises();
  vendor.answerWith(1, [{ value: 'new', ttlSeconds: 60 }]);
  vendor.answerWith(0, [{ value: 'old', ttlSeconds: 60 }]);
  expect(await after).toMatchObject([{ value: 'new' }]);
  expect(await before).toMatchObject([{ value: 'old' }]);
  expect(cache.readInMemory(namespace, cache.entryId(namespace, 'a'), context)).toMatchObject({ value: 'new' });
});

test('returns the failure of the vendor where only an older value is there, and keeps that value', async () => {
  const { cache, clock } = createTestCache();
  await cache.readMany(namespace, ['a'], context, fetching('old'));
  clock.advance(1000);
  const later = { ...context, accepts: { notBeforeMs: clock.monotonicMs() } };
  const [outcome] = await cache.readMany(namespace, ['a'], later, failingWith(vendorError()));
  expect(outcome).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  expect(cache.readInMemory(namespace, cache.entryId(namespace, 'a'), context)).toMatchObject({ value: 'old' });
});

test('renews what expires before the time that is named, and nothing else', async () => {
  const { cache, clock } = createTestCache();
  await cache.readMany(namespace, ['a'], context, fetching('A', 60));
  await cache.readMany(namespace, ['b'], context, fetching('B', 600));
  const keys: (readonly string[])[] = [];
  const lasting = { ...context, accepts: { freshUntilMs: clock.monotonicMs() + 100_000 } };
  await cache.readMany(namespace, ['a', 'b'], lasting, (missing) => {
    keys.push(missing);
    return Promise.resolve(missing.map((key) => ({ value: key, ttlSeconds: 60 })));
  });
  expect(keys).toEqual([['a']]);
});

test('renews once what expires before the time that is named', async () => {
  const { cache, clock } = createTestCache();
  const startedAtMs = clock.monotonicMs();
  const renewing = { ...context, accepts: { freshUntilMs: startedAtMs + 100_000, renewedSinceMs: startedAtMs } };
  await cache.readMany(namespace, ['a'], renewing, fetching('A', 60));
  clock.advance(1000);
  expect(await cache.readMany(namespace, ['a'], renewing, unexpectedFetch)).toMatchObject([{ servedFrom: 'CACHE' }]);
});

describe('while what is cached is fetched again', () => {
  async function setUp() {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a', 'b'], context, () =>
      Promise.resolve(['A', 'B'].map((value) => ({ value, ttlSeconds: 60 }))),
    );
    clock.advance(1000);
    const vendor = createStubVendor();
    const later = { ...context, accepts: { notBeforeMs: clock.monotonicMs() } };
    const renewal = cache.readMany(namespace, ['a'], later, vendor.fetch);
    await flushPromises();
    return { cache, clock, vendor, renewal };
  }

  test('others get what is cached at once', async () => {
    const { cache, vendor, renewal } = await setUp();
    expect(cache.readInMemory(namespace, cache.entryId(namespace, 'a'), context)).toMatchObject({ value: 'A' });
    expect(await cache.readMany(namespace, ['a', 'b'], context, unexpectedFetch)).toMatchObject([
      { value: 'A', servedFrom: 'CACHE' },
      { value: 'B', servedFrom: 'CACHE' },
    ]);
    vendor.answerWith(0, [{ value: 'new', ttlSeconds: 60 }]);
    expect(await renewal).toMatchObject([{ value: 'new' }]);
  });

  test('others wait for it once that has expired', async () => {
    const { cache, clock, vendor } = await setUp();
    clock.advance(70_000);
    const read = cache.readMany(namespace, ['a'], context, unexpectedFetch);
    await flushPromises();
    vendor.answerWith(0, [{ value: 'new', ttlSeconds: 600 }]);
    expect(await read).toMatchObject([{ value: 'new' }]);
  });
});

test('does not take what another read finds in the cache meanwhile', async () => {
  const { cache, clock } = createTestCache();
  await cache.readMany(namespace, ['a'], context, fetching('old'));
  clock.advance(1000);
  const later = { ...context, accepts: { notBeforeMs: clock.monotonicMs() } };
  const reads = [
    cache.readMany(namespace, ['a'], context, unexpectedFetch),
    cache.readMany(namespace, ['a'], later, fetching('new')),
  ];
  expect(await Promise.all(reads)).toMatchObject([[{ value: 'old' }], [{ value: 'new' }]]);
});

test('waits for a revalidation that has begun since', async () => {
  const { cache, clock } = createTestCache();
  await cache.readMany(namespace, ['a'], context, fetching('old', 60));
  clock.advance(62_000);
  const later = { ...context, waitsForFresh: true, accepts: { notBeforeMs: clock.monotonicMs() } };
  const vendor = createStubVendor();
  const send: typeof vendor.fetch = (keys, fetchContext, onFetched) => {
    fetchContext.onSent?.();
    return vendor.fetch(keys, fetchContext, onFetched);
  };
  expect(await cache.readMany(namespace, ['a'], context, send)).toMatchObject([{ value: 'old' }]);
  await flushPromises();
  const read = cache.readMany(namespace, ['a'], later, send);
  await flushPromises();
  vendor.answerWith(0, [{ value: 'new', ttlSeconds: 60 }]);
  expect(await read).toMatchObject([{ value: 'new' }]);
  expect(vendor.calls.length).toBe(1);
});
