import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { getEventListeners } from 'node:events';
import type { FetchedValue, NegativeResult } from './cache.ts';
import { swrMs } from './freshness.ts';
import type { Entry, Store } from './store.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import {
  failingWith,
  createCaller,
  fetching,
  unexpectedFetch,
  createTestCache,
  namespace,
  createStubVendor,
  vendorError,
} from '../../test/support/cache-harness.ts';

failOnUnhandledRejection();

/** A cache with an answer that is just past its 60 seconds, and has 6 seconds of grace. */
async function createExpiredCache() {
  const world = createTestCache();
  await world.cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
  world.clock.advance(60_000);
  world.reads.length = 0;
  return world;
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
])('an answer that lives %i ms has a grace of %i ms', (ttlMs, expected) => {
  expect(swrMs(ttlMs)).toBe(expected);
});

describe('within the grace', () => {
  test('an answer is served at once, as the cached one that it is, and not to be kept by whoever gets it', async () => {
    const { cache, clock, reads } = await createExpiredCache();
    const { fetch } = createStubVendor();
    const expiries: number[] = [];
    const one = createCaller();
    const answer = await cache.readMany(
      namespace,
      ['a'],
      { ...one.context, restrictCache: (at) => expiries.push(at) },
      fetch,
    );
    expect(answer).toEqual([{ value: 'old', fetchedAt: clock.now() - 60_000, servedFrom: 'CACHE' }]);
    expect(expiries.map((at) => at <= clock.now())).toEqual([true]);
    expect(one.records).toMatchObject([{ outcome: 'OK', servedFrom: 'CACHE', keys: 1 }]);
    expect(reads.map((read) => read.split(' ')[1])).toEqual(['stale_while_revalidate', 'miss']);
  });

  test('it is fetched anew, once for however many ask meanwhile; whoever comes later gets the new one', async () => {
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

  test('the call is nobody’s: no query is told of it, and none takes it along when it goes', async () => {
    const { cache } = await createExpiredCache();
    const { fetch, answerWith, calls } = createStubVendor();
    const one = createCaller();
    await cache.readMany(namespace, ['a'], one.context, fetch);
    calls[0]?.context.record({
      account: 'kore-main',
      endpoint: namespace.endpoint,
      outcome: 'OK',
      servedFrom: 'VENDOR',
      ms: 1,
      bytes: 1,
      keys: 1,
    });
    one.abort();
    expect(one.records).toHaveLength(1);
    expect(calls[0]?.context.signal.aborted).toBe(false);
    answerWith(0, [{ value: 'new', ttlSeconds: 60 }]);
    await flushPromises();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'new' },
    ]);
  });

  test('the call ends when the gateway does', async () => {
    const end = new AbortController();
    const { cache, clock } = createTestCache({ shutdownSignal: end.signal });
    const { fetch, calls } = createStubVendor();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(60_000);
    await cache.readMany(namespace, ['a'], createCaller().context, fetch);
    end.abort();
    expect(calls[0]?.context.signal.aborted).toBe(true);
  });

  test('a call that begins while the gateway ends has ended', async () => {
    const { cache, clock } = createTestCache({ shutdownSignal: AbortSignal.abort() });
    const { fetch, calls } = createStubVendor();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(60_000);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetch)).toMatchObject([{ value: 'old' }]);
    expect(calls.map(({ context }) => context.signal.aborted)).toEqual([true]);
  });

  test('more answers than a function takes arguments are served as any number of them', async () => {
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

  test('a call that is over leaves nothing behind for when the gateway ends', async () => {
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
    [0, 'a new answer', { value: 'new', ttlSeconds: 60 }],
    [0, 'that there is none any more', { notFound: vendorError('NOT_FOUND'), ttlSeconds: 60 }],
    [1, 'a refusal', vendorError('VENDOR_AUTH_FAILED')],
    [1, 'trouble that an older answer bridges', vendorError('VENDOR_UNAVAILABLE')],
  ])('counts %i failures when the call brings %s', async (failures, _what, outcome) => {
    const { cache, reads } = await createExpiredCache();
    await cache.readMany(namespace, ['a'], createCaller().context, () => Promise.resolve([outcome]));
    await flushPromises();
    const counted = reads.filter((read) => read.includes('revalidate_failed'));
    expect(counted).toEqual(Array(failures).fill('agentstatusdetails revalidate_failed 1'));
  });

  test('a failure is silent and counted, and the next to ask tries again', async () => {
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

  test('so is a mistake of our own', async () => {
    const { cache, reads } = await createExpiredCache();
    await cache.readMany(namespace, ['a'], createCaller().context, failingWith(new TypeError('not a function')));
    await flushPromises();
    expect(reads.at(-1)).toBe('agentstatusdetails revalidate_failed 1');
  });

  test('whoever comes after the grace waits for the call that is under way, and hears of its failure', async () => {
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

  test('of several that are fetched together, the first whose grace ends is not served beyond it', async () => {
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

  test('where the vendor must be waited for in any case, everything comes with the same call', async () => {
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

  test('a look at what is kept does not take it for fresh', async () => {
    const { cache } = await createExpiredCache();
    expect(await cache.peek(namespace, ['a'])).toEqual([undefined]);
  });
});

test('after the grace the vendor is waited for', async () => {
  const { cache, clock } = await createExpiredCache();
  clock.advance(6_000);
  expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('new'))).toMatchObject([
    { value: 'new' },
  ]);
});

test('a grace there is even where no answer may be served in spite of a failure', async () => {
  const { cache, clock } = createTestCache({ staleIfErrorSeconds: 0 });
  await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
  clock.advance(65_999);
  expect(await cache.readMany(namespace, ['a'], createCaller().context, createStubVendor().fetch)).toMatchObject([
    { value: 'old' },
  ]);
});

describe('it never costs a call', () => {
  const poll = fc.record({
    gapMs: fc.oneof(fc.constant(5_000), fc.integer({ min: 0, max: 20_000 })),
    keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
  });
  const ttls = fc.constantFrom(3, 5, 10, 15, 60);

  test('whoever asks when for what: the vendor is called as often as if there were none', async () => {
    await fc.assert(
      fc.asyncProperty(ttls, fc.array(poll, { minLength: 1, maxLength: 40 }), async (ttlSeconds, polls) => {
        const { cache, clock } = createTestCache();
        let calls = 0;
        const fetch = (keys: readonly string[]): Promise<readonly FetchedValue<string>[]> => {
          calls += 1;
          return Promise.resolve(keys.map((value) => ({ value, ttlSeconds })));
        };
        // Without a grace: whatever is past its time is fetched when it is asked for, with one call.
        const freshUntil = new Map<string, number>();
        let withoutGrace = 0;
        for (const { gapMs, keys } of polls) {
          clock.advance(gapMs);
          const expired = keys.filter((key) => (freshUntil.get(key) ?? -Infinity) <= clock.monotonicMs());
          if (expired.length > 0) withoutGrace += 1;
          for (const key of expired) freshUntil.set(key, clock.monotonicMs() + ttlSeconds * 1000);
          await cache.readMany(namespace, keys, createCaller().context, fetch);
          await flushPromises();
          expect(calls).toBe(withoutGrace);
        }
      }),
      { numRuns: 100 },
    );
  });
});
