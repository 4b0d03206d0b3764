import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createTestCache,
  failingWith,
  fetching,
  namespace,
  unexpectedFetch,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { VendorError } from '../domain/vendor-error.ts';
import type { NegativeResult } from './cache.ts';
import { cacheNotFound } from './freshness.ts';
import { createMemoryStore } from './memory-store.ts';
import type { Entry, Store } from './store.ts';

failOnUnhandledRejection();

const target = { vendor: 'KORE', account: 'kore-main', endpoint: namespace.endpoint } as const;
const notFoundError = new VendorError(target, 'NOT_FOUND', 'Not found at the vendor (HTTP 404)', {
  status: 404,
  reason: 'status_404',
});
function notFound(ttlSeconds: number) {
  return (): Promise<readonly NegativeResult[]> => Promise.resolve([{ notFound: notFoundError, ttlSeconds }]);
}

describe('negative caching', () => {
  test('returns NOT_FOUND again without a vendor call', async () => {
    const { cache } = createTestCache();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, notFound(60))).toEqual([notFoundError]);
    const caller = createCaller();
    const [again] = await cache.readMany(namespace, ['a'], caller.context, unexpectedFetch);
    expect(again).toBeInstanceOf(VendorError);
    expect(again).toMatchObject({ ...target, code: 'NOT_FOUND', status: 404, reason: 'status_404' });
    expect((again as VendorError).message).toBe(notFoundError.message);
    expect(caller.records).toMatchObject([{ outcome: 'NOT_FOUND', servedFrom: 'CACHE', keys: 1 }]);
    expect(await rejectionOf(cache.read(namespace, 'a', createCaller().context, unexpectedFetch))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test.each([
    [86_400, 30],
    [60, 30],
    [30, 30],
    [10, 10],
  ])(
    'caches NOT_FOUND for 30 seconds but no longer than the TTL: of %i seconds %i',
    async (ttlSeconds, cachedSeconds) => {
      const { cache, clock } = createTestCache();
      await cache.readMany(namespace, ['a'], createCaller().context, notFound(ttlSeconds));
      clock.advance(cachedSeconds * 1000 - 1);
      await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch);
      clock.advance(1);
      expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
        { value: 'A' },
      ]);
    },
  );

  test('allows callers to reuse NOT_FOUND for as long as it is cached', async () => {
    const { cache, clock } = createTestCache();
    const maxAges: number[] = [];
    const context = () => ({
      ...createCaller().context,
      restrictCache: (at: number) => maxAges.push((at - clock.now()) / 1000),
    });
    await cache.readMany(namespace, ['a'], context(), notFound(60));
    clock.advance(10_000);
    await cache.readMany(namespace, ['a'], context(), unexpectedFetch);
    expect(maxAges).toEqual([30, 20]);
  });

  test('does not cache NOT_FOUND with a TTL of 0', async () => {
    const { cache } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, notFound(0));
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
      { value: 'A' },
    ]);
  });

  test('peek returns null for a negative entry, and stale-if-error does not use it', async () => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, notFound(60));
    expect(await cache.peek(namespace, ['a'])).toEqual([{ value: null }]);
    clock.advance(30_000);
    const error = vendorError();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('replaces an earlier value with the negative entry', async () => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('A', 60));
    clock.advance(66_000);
    await cache.readMany(namespace, ['a'], createCaller().context, notFound(60));
    clock.advance(30_000);
    const error = vendorError();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('reads a negative entry that was stored as JSON', async () => {
    const memory = createMemoryStore(1_000_000);
    const store: Store = {
      ...memory,
      set: (key, entry) => memory.set(key, JSON.parse(JSON.stringify(entry)) as Entry),
    };
    const { cache } = createTestCache({ store });
    await cache.readMany(namespace, ['a'], createCaller().context, notFound(60));
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });
});

describe('cacheNotFound', () => {
  test('cacheNotFound rethrows other errors', async () => {
    const error = vendorError('VENDOR_REJECTED');
    expect(await rejectionOf(cacheNotFound(() => Promise.reject(error), 60))).toBe(error);
  });

  test('cacheNotFound turns NOT_FOUND into a negative result', async () => {
    expect(await cacheNotFound(() => Promise.reject(notFoundError), 60)).toEqual({
      notFound: notFoundError,
      ttlSeconds: 60,
    });
  });
});
