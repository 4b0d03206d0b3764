import { describe, expect, test } from '@jest/globals';
import type { NegativeResult } from './cache.ts';
import { createMemoryStore } from './memory-store.ts';
import { cacheNotFound } from './freshness.ts';
import type { Entry, Store } from './store.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import {
  createCaller,
  failingWith,
  fetching,
  unexpectedFetch,
  createTestCache,
  namespace,
  vendorError,
} from '../../test/support/cache-harness.ts';

failOnUnhandledRejection();

const target = { vendor: 'KORE', account: 'kore-main', endpoint: namespace.endpoint } as const;
const unknown = new VendorError(target, 'NOT_FOUND', 'Not found at the vendor (HTTP 404)', {
  status: 404,
  reason: 'status_404',
});
const notFound = (ttlSeconds: number) => (): Promise<readonly NegativeResult[]> =>
  Promise.resolve([{ notFound: unknown, ttlSeconds }]);

describe('what the vendor does not know', () => {
  test('is told as that, and again without a call', async () => {
    const { cache } = createTestCache();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, notFound(60))).toEqual([unknown]);
    const one = createCaller();
    const [again] = await cache.readMany(namespace, ['a'], one.context, unexpectedFetch);
    expect(again).toBeInstanceOf(VendorError);
    expect(again).toMatchObject({ ...target, code: 'NOT_FOUND', status: 404, reason: 'status_404' });
    expect((again as VendorError).message).toBe(unknown.message);
    expect(one.records).toMatchObject([{ outcome: 'NOT_FOUND', servedFrom: 'CACHE', keys: 1 }]);
    expect(await rejectionOf(cache.read(namespace, 'a', createCaller().context, unexpectedFetch))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test.each([
    [86_400, 30],
    [60, 30],
    [30, 30],
    [10, 10],
  ])('is remembered for 30 seconds, but no longer than a value lives: of %i seconds %i', async (ttl, remembered) => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, notFound(ttl));
    clock.advance(remembered * 1000 - 1);
    await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch);
    clock.advance(1);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
      { value: 'A' },
    ]);
  });

  test('may be kept by whoever is told as long as it is remembered', async () => {
    const { cache, clock } = createTestCache();
    const until: number[] = [];
    const context = () => ({
      ...createCaller().context,
      restrictCache: (at: number) => until.push((at - clock.now()) / 1000),
    });
    await cache.readMany(namespace, ['a'], context(), notFound(60));
    clock.advance(10_000);
    await cache.readMany(namespace, ['a'], context(), unexpectedFetch);
    expect(until).toEqual([30, 20]);
  });

  test('is not remembered where values are not kept', async () => {
    const { cache } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, notFound(0));
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
      { value: 'A' },
    ]);
  });

  test('can be seen to be there without a value, and is none to bridge a failure with', async () => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, notFound(60));
    expect(await cache.peek(namespace, ['a'])).toEqual([{ value: null }]);
    clock.advance(30_000);
    const error = vendorError();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('takes the place of what it knew before', async () => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('A', 60));
    clock.advance(66_000);
    await cache.readMany(namespace, ['a'], createCaller().context, notFound(60));
    clock.advance(30_000);
    const error = vendorError();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('survives being written as JSON for other processes', async () => {
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

describe('a fetch', () => {
  test('that fails otherwise fails', async () => {
    const error = vendorError('VENDOR_REJECTED');
    expect(await rejectionOf(cacheNotFound(() => Promise.reject(error), 60))).toBe(error);
  });

  test('that finds nothing has found that out', async () => {
    expect(await cacheNotFound(() => Promise.reject(unknown), 60)).toEqual({ notFound: unknown, ttlSeconds: 60 });
  });
});
