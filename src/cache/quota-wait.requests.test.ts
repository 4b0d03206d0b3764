import { expect, test } from '@jest/globals';
import {
  createCaller,
  createTestCache,
  fetching,
  namespace,
  unexpectedFetch,
} from '../../test/support/cache-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { vendorError } from '../http/response.ts';
import type { CallContext } from '../http/types.ts';
import type { FetchContext, OnFetched } from './cache.ts';

failOnUnhandledRejection();

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: namespace.endpoint } as const;
const quotaError = vendorError(TARGET, 'VENDOR_RATE_LIMITED', { reason: 'quota_local', retryAfterSeconds: 60 });
const CALL = { ...TARGET, outcome: 'OK', servedFrom: 'VENDOR', ms: 1, bytes: 1, keys: 1 } as const;

/** A vendor that takes one key a request; each request waits for the rate limit, or is sent, when the test says so. */
function createSplitVendor() {
  const requests = new Map<string, { readonly context: CallContext; readonly finish: (value: string) => void }>();
  return {
    request: (key: string) => {
      const request = requests.get(key);
      if (!request) throw new Error(`${key} was not requested`);
      return request;
    },
    fetch: (keys: readonly string[], context: FetchContext<string>, onFetched: OnFetched<string, string>) =>
      Promise.all(
        keys.map((key) => {
          const { promise, resolve } = Promise.withResolvers<{ value: string; ttlSeconds: number }>();
          const ownContext = context.forKeys([key]);
          requests.set(key, {
            context: ownContext,
            finish: (value) => {
              ownContext.onSent?.();
              ownContext.record(CALL);
              onFetched(key, { value, ttlSeconds: 60 });
              resolve({ value, ttlSeconds: 60 });
            },
          });
          return promise;
        }),
      ),
  };
}

async function setUp(known: readonly string[]) {
  const harness = createTestCache();
  for (const key of known) {
    await harness.cache.readMany(namespace, [key], createCaller().context, fetching('known'));
    harness.clock.advance(1000);
  }
  harness.clock.advance(120_000);
  return { ...harness, vendor: createSplitVendor() };
}

test('serves stale only what belongs to a request that waits for the rate limit', async () => {
  const { cache, vendor } = await setUp(['a', 'b', 'c']);
  const reader = createCaller();
  const read = cache.readMany(namespace, ['a', 'b', 'c', 'd'], reader.context, vendor.fetch);
  await flushPromises();
  vendor.request('a').context.onQuotaWait?.(() => quotaError);
  await flushPromises();
  vendor.request('b').context.onQuotaWait?.(() => quotaError);
  vendor.request('c').finish('new');
  vendor.request('d').finish('new');
  const stale = { value: 'known', staleReason: { reason: 'quota_local' } };
  expect(await read).toMatchObject([stale, stale, { value: 'new' }, { value: 'new' }]);
  vendor.request('a').finish('late');
  vendor.request('b').finish('late');
  await flushPromises();
  expect(reader.records.filter(({ servedFrom }) => servedFrom === 'VENDOR')).toHaveLength(2);
  expect(await cache.readMany(namespace, ['a'], reader.context, unexpectedFetch)).toMatchObject([{ value: 'late' }]);
});

test('counts the age of a value from when its own request was sent', async () => {
  const { cache, clock, vendor } = await setUp([]);
  const read = cache.readMany(namespace, ['a', 'b'], createCaller().context, vendor.fetch);
  await flushPromises();
  vendor.request('a').finish('first');
  clock.advance(90_000);
  vendor.request('b').finish('second');
  expect(await read).toMatchObject([{ fetchedAt: clock.now() - 90_000 }, { fetchedAt: clock.now() }]);
  expect(await cache.readMany(namespace, ['b'], createCaller().context, unexpectedFetch)).toMatchObject([
    { value: 'second' },
  ]);
});

test('waits no longer than the reader for a request of which nothing is known', async () => {
  const { cache, vendor, clock } = await setUp(['a']);
  const untilMs = clock.monotonicMs() + 10_000;
  const context = { ...createCaller().context, waitUntilMs: () => untilMs };
  void cache.readMany(namespace, ['a', 'b'], context, vendor.fetch);
  await flushPromises();
  vendor.request('a').context.onQuotaWait?.(() => quotaError);
  await flushPromises();
  expect(vendor.request('a').context.waitUntilMs?.()).toBeGreaterThan(untilMs);
  expect(vendor.request('b').context.waitUntilMs?.()).toBe(untilMs);
});

test('does not count a request as asked that is cancelled before it is sent', async () => {
  const { cache, vendor, clock } = await setUp(['a', 'b']);
  const reader = createCaller();
  const cancelled = vendorError(TARGET, 'VENDOR_TIMEOUT', { reason: 'cancelled' });
  const read = cache.readMany(namespace, ['a', 'b'], reader.context, async (keys, { forKeys, signal }) => {
    forKeys(['b']).onSent?.();
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    return keys.map(() => cancelled);
  });
  await flushPromises();
  reader.abort();
  await expect(read).rejects.toMatchObject({ reason: 'cancelled' });
  await flushPromises();
  void cache.readMany(namespace, ['a', 'b'], createCaller().context, vendor.fetch);
  await flushPromises();
  const askedAt = ['a', 'b'].map((key) => vendor.request(key).context.lastAskedAt);
  expect(askedAt).toEqual([clock.now() - 122_000, clock.now()]);
});

test('gives each request its turn by its own keys', async () => {
  const { cache, vendor, clock } = await setUp(['a', 'b']);
  void cache.readMany(namespace, ['a', 'b', 'c'], createCaller().context, vendor.fetch);
  await flushPromises();
  const askedAt = ['a', 'b', 'c'].map((key) => vendor.request(key).context.lastAskedAt);
  expect(askedAt).toEqual([clock.now() - 122_000, clock.now() - 121_000, undefined]);
});
