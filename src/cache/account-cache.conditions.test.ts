import { expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  failingWith,
  fetching,
  namespace,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';

const { context } = createCaller();

test('fetches what was requested before the conditions allow, once for all who ask alike', async () => {
  const { cache, clock } = createTestCache();
  await cache.readMany(namespace, ['a'], context, fetching('old'));
  clock.advance(1000);
  const later = { ...context, accepts: { notBeforeMs: clock.monotonicMs() } };
  expect(cache.readInMemory(namespace, 'a', later)).toBeUndefined();
  const vendor = createStubVendor();
  const reads = [
    cache.readMany(namespace, ['a'], later, vendor.fetch),
    cache.readMany(namespace, ['a'], later, vendor.fetch),
  ];
  await flushPromises();
  vendor.answerWith(0, [{ value: 'new', ttlSeconds: 60 }]);
  for (const read of reads) expect(await read).toMatchObject([{ value: 'new', servedFrom: 'VENDOR' }]);
  expect(vendor.calls).toHaveLength(1);
  expect(cache.readInMemory(namespace, 'a', context)).toMatchObject({ value: 'new' });
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
  expect(cache.readInMemory(namespace, 'a', context)).toMatchObject({ value: 'new' });
});

test('returns the failure of the vendor where only an older value is there, and keeps that value', async () => {
  const { cache, clock } = createTestCache();
  await cache.readMany(namespace, ['a'], context, fetching('old'));
  clock.advance(1000);
  const later = { ...context, accepts: { notBeforeMs: clock.monotonicMs() } };
  const [outcome] = await cache.readMany(namespace, ['a'], later, failingWith(vendorError()));
  expect(outcome).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  expect(cache.readInMemory(namespace, 'a', context)).toMatchObject({ value: 'old' });
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
