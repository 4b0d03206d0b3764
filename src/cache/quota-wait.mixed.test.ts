import { expect, test } from '@jest/globals';
import { createCaller, createTestCache, fetching, namespace } from '../../test/support/cache-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { vendorError } from '../http/response.ts';
import type { BatchFetchFn, FetchContext, FetchedValue } from './cache.ts';

failOnUnhandledRejection();

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: namespace.endpoint } as const;
const quotaError = vendorError(TARGET, 'VENDOR_RATE_LIMITED', { reason: 'quota_local', retryAfterSeconds: 60 });
const STALE = { value: 'known', staleReason: { reason: 'quota_local' } };

/** A vendor that takes all keys in one request, which waits for the rate limit until the test grants it. */
function createBatchVendor() {
  const contexts: FetchContext<string>[] = [];
  const granted = Promise.withResolvers<string>();
  const fetch: BatchFetchFn<string, string> = async (keys, context) => {
    contexts.push(context);
    context.onQuotaWait?.(() => quotaError);
    const value = await granted.promise;
    return keys.map((): FetchedValue<string> => ({ value, ttlSeconds: 60 }));
  };
  return { contexts, fetch, grant: granted.resolve };
}

/** The value of `a` is known; a read of `a` and `b` is one request. */
async function setUp() {
  const harness = createTestCache();
  await harness.cache.readMany(namespace, ['a'], createCaller().context, fetching('known'));
  harness.clock.advance(120_000);
  const vendor = createBatchVendor();
  const read = (keys: readonly string[], waitMs: number, caller = createCaller()) => {
    const untilMs = harness.clock.monotonicMs() + waitMs;
    return harness.cache.readMany(namespace, keys, { ...caller.context, waitUntilMs: () => untilMs }, vendor.fetch);
  };
  return { ...harness, vendor, read };
}

test('serves what is known of a waiting request to a reader of that, while readers of the rest wait', async () => {
  const { vendor, read } = await setUp();
  const both = read(['a', 'b'], 29_500);
  const known = read(['a'], 29_500);
  await flushPromises();
  expect([await known, await read(['a'], 29_500)]).toMatchObject([[STALE], [STALE]]);
  vendor.grant('new');
  expect(await both).toMatchObject([STALE, { value: 'new' }]);
  expect(vendor.contexts).toHaveLength(1);
});

test('creates no stack for the reason why a value is stale', async () => {
  const { cache, clock } = createTestCache();
  await cache.readMany(namespace, ['a'], createCaller().context, fetching('known'));
  clock.advance(120_000);
  const createError = () => vendorError(TARGET, 'VENDOR_RATE_LIMITED', { reason: 'quota_local' });
  const read = cache.readMany(namespace, ['a'], createCaller().context, (_keys, context) => {
    context.onQuotaWait?.(createError);
    return new Promise(() => undefined);
  });
  const [outcome] = await read;
  const stack = outcome && 'staleReason' in outcome ? outcome.staleReason.stack : undefined;
  expect(stack).toBe('VendorError: The vendor’s rate limit is exceeded');
  expect(createError().stack).toMatch(/\n {4}at /);
});

test('fails only what is not known of a waiting request, at the deadline of the reader', async () => {
  const { clock, vendor, read } = await setUp();
  const both = read(['a', 'b'], 29_500);
  await flushPromises();
  clock.advance(29_500);
  expect(await both).toMatchObject([STALE, { code: 'VENDOR_RATE_LIMITED', reason: 'quota_local' }]);
  // The request keeps its place for the value that is known.
  expect(vendor.contexts[0]?.signal.aborted).toBe(false);
  vendor.grant('new');
  await flushPromises();
  expect(await read(['a', 'b'], 29_500)).toMatchObject([{ value: 'new' }, { value: 'new' }]);
  expect(vendor.contexts).toHaveLength(1);
});

test('fails what is not known to each reader at its own deadline', async () => {
  const { clock, vendor, read } = await setUp();
  const first = read(['b'], 10_000);
  const second = read(['b'], 29_500);
  await flushPromises();
  clock.advance(10_000);
  expect(await first).toMatchObject([{ code: 'VENDOR_RATE_LIMITED', reason: 'quota_local' }]);
  vendor.grant('new');
  expect(await second).toMatchObject([{ value: 'new' }]);
});

test('waits beyond that deadline for a request that has been sent', async () => {
  const { clock, vendor, read } = await setUp();
  const both = read(['a', 'b'], 29_500);
  await flushPromises();
  vendor.contexts[0]?.onSent?.();
  clock.advance(29_500);
  vendor.grant('new');
  expect(await both).toMatchObject([STALE, { value: 'new' }]);
});

test('returns what is known to a reader that aborts, with an error for the rest', async () => {
  const { read, vendor } = await setUp();
  const reader = createCaller();
  const both = read(['a', 'b'], 29_500, reader);
  await flushPromises();
  reader.abort();
  expect(await both).toMatchObject([STALE, { code: 'VENDOR_TIMEOUT', reason: 'cancelled' }]);
  expect(vendor.contexts[0]?.signal.aborted).toBe(false);
});

test('leaves no timer behind', async () => {
  const { clock, vendor, read } = await setUp();
  const both = read(['a', 'b'], 29_500);
  await flushPromises();
  vendor.grant('new');
  await both;
  expect(clock.pendingTimers()).toBe(0);
});
