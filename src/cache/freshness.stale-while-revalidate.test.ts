import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
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
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { FetchedValue, NegativeResult } from './cache.ts';
import { swrMs } from './freshness.ts';
import type { Entry, Store } from './store.ts';

failOnUnhandledRejection();

/** Creates a cache with a value just past its TTL of 60 seconds, with a stale window of 6 seconds. */
async function createExpiredCache() {
  const testCache = createTestCache();
  await testCache.cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
  testCache.clock.advance(60_000);
  testCache.reads.length = 0;
  return testCache;
}

test.each([
  [0, 0],
  [1_000, 0],
  [4_999, 0],
  [5_000, 500],
  [10_000, 1_000],
  [15_000, 1_500],
  [60_000, 6_000],
  [300_000, 30_000],
  [86_400_000, 30_000],
])('gives a TTL of %i ms a stale window of %i ms', (ttlMs, expected) => {
  expect(swrMs(ttlMs)).toBe(expected);
});

describe('within the stale window', () => {
  test('serves the stale value immediately, as cached, and invites to ask again in a second', async () => {
    const { cache, clock, reads } = await createExpiredCache();
    const { fetch } = createStubVendor();
    const expiries: number[] = [];
    const caller = createCaller();
    const answer = await cache.readMany(
      namespace,
      ['a'],
      { ...caller.context, restrictCache: (at) => expiries.push(at) },
      fetch,
    );
    const fetchedAt = clock.now() - 60_000;
    expect(answer).toEqual([{ value: 'old', fetchedAt, freshUntil: fetchedAt + 60_000, servedFrom: 'CACHE' }]);
    expect(expiries.map((at) => at - clock.now())).toEqual([1000]);
    expect(caller.records).toMatchObject([{ outcome: 'OK', servedFrom: 'CACHE', keys: 1 }]);
    expect(reads.map((read) => read.split(' ')[1])).toEqual(['stale_while_revalidate', 'miss']);
  });

  test('revalidates once for many readers of the stale value, and serves later readers the new one', async () => {
    const { cache, reads } = await createExpiredCache();
    const { fetch, answerWith, calls } = createStubVendor();
    for (let i = 0; i < 20; i += 1) {
      expect(await cache.readMany(namespace, ['a'], createCaller().context, fetch)).toMatchObject([{ value: 'old' }]);
    }
    expect(calls).toHaveLength(1);
    expect(reads.map((read) => read.split(' ')[1]).toSorted()).toEqual([
      'miss',
      ...Array<string>(20).fill('stale_while_revalidate'),
    ]);
    answerWith(0, [{ value: 'new', ttlSeconds: 60 }]);
    await flushPromises();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'new' },
    ]);
  });

  test('records the background call on no request, and cancels it with none', async () => {
    const { cache } = await createExpiredCache();
    const { fetch, answerWith, calls } = createStubVendor();
    const caller = createCaller();
    await cache.readMany(namespace, ['a'], caller.context, fetch);
    calls[0]?.context.record({
      account: 'kore-main',
      endpoint: namespace.endpoint,
      outcome: 'OK',
      servedFrom: 'VENDOR',
      ms: 1,
      bytes: 1,
      keys: 1,
    });
    caller.abort();
    expect(caller.records).toHaveLength(1);
    expect(calls[0]?.context.signal.aborted).toBe(false);
    answerWith(0, [{ value: 'new', ttlSeconds: 60 }]);
    await flushPromises();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'new' },
    ]);
  });

  test('cancels the background call at shutdown', async () => {
    const shutdown = new AbortController();
    const { cache, clock } = createTestCache({ shutdownSignal: shutdown.signal });
    const { fetch, calls } = createStubVendor();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(60_000);
    await cache.readMany(namespace, ['a'], createCaller().context, fetch);
    shutdown.abort();
    expect(calls[0]?.context.signal.aborted).toBe(true);
  });

  test('cancels a background call that starts during shutdown', async () => {
    const { cache, clock } = createTestCache({ shutdownSignal: AbortSignal.abort() });
    const { fetch, calls } = createStubVendor();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(60_000);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetch)).toMatchObject([{ value: 'old' }]);
    expect(calls.map(({ context }) => context.signal.aborted)).toEqual([true]);
  });

  test('serves more stale values than a function accepts arguments', async () => {
    const now = manualClock().now();
    const justPast: Entry = { value: 'old', fetchedAt: now - 61_000, freshUntil: now - 1000, expiresAt: now + 60_000 };
    const store: Store = {
      getMany: (keys) => Promise.resolve(keys.map(() => justPast)),
      set: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    const { cache, reads } = createTestCache({ store });
    const keys = Array.from({ length: 150_000 }, (_, index) => String(index));
    const served = await cache.readMany(namespace, keys, createCaller().context, createStubVendor().fetch);
    expect(served).toHaveLength(keys.length);
    expect(reads[0]).toBe('agentstatusdetails stale_while_revalidate 150000');
  });

  test('removes its shutdown listener when the background call is done', async () => {
    const { signal } = new AbortController();
    const { cache, clock } = createTestCache({ shutdownSignal: signal });
    const { fetch, answer } = createStubVendor();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(60_000);
    await cache.readMany(namespace, ['a'], createCaller().context, fetch);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    answer(0);
    await flushPromises();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test.each<[number, string, FetchedValue<string> | NegativeResult | VendorError]>([
    [0, 'returns a new value', { value: 'new', ttlSeconds: 60 }],
    [0, 'returns NOT_FOUND', { notFound: vendorError('NOT_FOUND'), ttlSeconds: 60 }],
    [1, 'is rejected', vendorError('VENDOR_AUTH_FAILED')],
    [1, 'fails and stale-if-error applies', vendorError('VENDOR_UNAVAILABLE')],
  ])('counts %i failures when the background call %s', async (failures, _what, outcome) => {
    const { cache, reads } = await createExpiredCache();
    await cache.readMany(namespace, ['a'], createCaller().context, () => Promise.resolve([outcome]));
    await flushPromises();
    const counted = reads.filter((read) => read.includes('revalidate_failed'));
    expect(counted).toEqual(Array(failures).fill('agentstatusdetails revalidate_failed 1'));
  });

  test('counts a failed revalidation without reporting it, and revalidates at the next read', async () => {
    const { cache, reads } = await createExpiredCache();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(vendorError()))).toMatchObject([
      { value: 'old' },
    ]);
    await flushPromises();
    expect(reads.at(-1)).toBe('agentstatusdetails revalidate_failed 1');
    const { fetch, calls } = createStubVendor();
    const [again] = await cache.readMany(namespace, ['a'], createCaller().context, fetch);
    expect(again).not.toHaveProperty('staleReason');
    expect(calls).toHaveLength(1);
  });

  test('counts a programming error during revalidation without reporting it', async () => {
    const { cache, reads } = await createExpiredCache();
    await cache.readMany(namespace, ['a'], createCaller().context, failingWith(new TypeError('not a function')));
    await flushPromises();
    expect(reads.at(-1)).toBe('agentstatusdetails revalidate_failed 1');
  });

  test('makes a reader after the stale window wait for the background call, and reports its failure', async () => {
    const { cache, clock } = await createExpiredCache();
    const { fetch, fail, calls } = createStubVendor();
    await cache.readMany(namespace, ['a'], createCaller().context, fetch);
    clock.advance(6_000);
    const waits = cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch);
    await flushPromises();
    const error = vendorError();
    fail(0, error);
    expect(await waits).toMatchObject([{ value: 'old', staleReason: error }]);
    expect(calls).toHaveLength(1);
  });

  test('ends the stale window of keys revalidated together with the first of their windows', async () => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(3_000);
    await cache.readMany(namespace, ['b'], createCaller().context, fetching('old', 60));
    clock.advance(60_000);
    const { fetch, answer } = createStubVendor();
    await cache.readMany(namespace, ['a', 'b'], createCaller().context, fetch);
    clock.advance(3_000);
    const waits = cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch);
    await flushPromises();
    answer(0);
    expect(await waits).toMatchObject([{ value: 'A' }]);
  });

  test('fetches stale and missing keys with one call when the reader has to wait anyway', async () => {
    const { cache } = await createExpiredCache();
    const { fetch, answer, calls } = createStubVendor();
    const read = cache.readMany(namespace, ['a', 'b'], createCaller().context, fetch);
    await flushPromises();
    answer(0);
    expect(await read).toMatchObject([
      { value: 'A', servedFrom: 'VENDOR' },
      { value: 'B', servedFrom: 'VENDOR' },
    ]);
    expect(calls.map(({ keys }) => keys)).toEqual([['a', 'b']]);
  });

  test('peek does not return a stale value', async () => {
    const { cache } = await createExpiredCache();
    expect(await cache.peek(namespace, ['a'])).toEqual([undefined]);
  });
});

test('waits for the vendor after the stale window', async () => {
  const { cache, clock } = await createExpiredCache();
  clock.advance(6_000);
  expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('new'))).toMatchObject([
    { value: 'new' },
  ]);
});

test('serves a stale value while it is revalidated, even with staleIfErrorSeconds 0', async () => {
  const { cache, clock } = createTestCache({ staleIfErrorSeconds: 0 });
  await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
  clock.advance(65_999);
  expect(await cache.readMany(namespace, ['a'], createCaller().context, createStubVendor().fetch)).toMatchObject([
    { value: 'old' },
  ]);
});

describe('cost of stale-while-revalidate', () => {
  const poll = fc.record({
    gapMs: fc.oneof(fc.constant(5_000), fc.integer({ min: 0, max: 20_000 })),
    keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
  });
  const ttls = fc.constantFrom(3, 5, 10, 15, 60);

  test('makes as many vendor calls as a cache without a stale window, for any reads', async () => {
    await fc.assert(
      fc.asyncProperty(ttls, fc.array(poll, { minLength: 1, maxLength: 40 }), async (ttlSeconds, polls) => {
        const { cache, clock } = createTestCache();
        let calls = 0;
        const fetch = (keys: readonly string[]): Promise<readonly FetchedValue<string>[]> => {
          calls += 1;
          return Promise.resolve(keys.map((value) => ({ value, ttlSeconds })));
        };
        // Without a stale window, each read fetches the keys past their TTL, with one call.
        const freshUntil = new Map<string, number>();
        let callsWithoutSwr = 0;
        for (const { gapMs, keys } of polls) {
          clock.advance(gapMs);
          const expired = keys.filter((key) => (freshUntil.get(key) ?? -Infinity) <= clock.monotonicMs());
          if (expired.length > 0) callsWithoutSwr += 1;
          for (const key of expired) freshUntil.set(key, clock.monotonicMs() + ttlSeconds * 1000);
          await cache.readMany(namespace, keys, createCaller().context, fetch);
          await flushPromises();
          expect(calls).toBe(callsWithoutSwr);
        }
      }),
      { numRuns: 100 },
    );
  });
});
