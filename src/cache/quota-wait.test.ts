import { expect, test } from '@jest/globals';
import { createCaller, createTestCache, namespace } from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { vendorError } from '../http/response.ts';
import type { CallContext } from '../http/types.ts';
import type { FetchedValue } from './cache.ts';

failOnUnhandledRejection();

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: namespace.endpoint } as const;
const quotaError = vendorError(TARGET, 'VENDOR_RATE_LIMITED', { reason: 'quota_local', retryAfterSeconds: 60 });

/** A vendor behind a rate limit that has no start until the test grants one. */
function createWaitingVendor(startsAfterMs?: number) {
  const contexts: CallContext[] = [];
  const granted: PromiseWithResolvers<readonly FetchedValue<string>[]>[] = [];
  return {
    contexts,
    fetch: (_keys: readonly string[], context: CallContext) => {
      contexts.push(context);
      const grant = Promise.withResolvers<readonly FetchedValue<string>[]>();
      granted.push(grant);
      context.onQuotaWait?.(() => quotaError, startsAfterMs);
      return grant.promise;
    },
    grant: (value: string) => {
      granted.at(-1)?.resolve([{ value, ttlSeconds: 60 }]);
    },
    reject: (error: Error) => {
      granted.at(-1)?.reject(error);
    },
  };
}

async function setUpWithKnownValue() {
  const harness = createTestCache();
  const vendor = createWaitingVendor();
  const read = (caller = createCaller()) => harness.cache.readMany(namespace, ['a'], caller.context, vendor.fetch);
  const first = read();
  await flushPromises();
  vendor.grant('known');
  await first;
  harness.clock.advance(120_000);
  return { ...harness, vendor, read };
}

test('serves what is known at once while its refresh waits for the rate limit, with one fetch for all readers', async () => {
  const { clock, read, vendor } = await setUpWithKnownValue();
  const reader = createCaller();
  const stale = { value: 'known', servedFrom: 'CACHE', staleReason: { reason: 'quota_local', retryAfterSeconds: 60 } };
  expect(await read(reader)).toMatchObject([stale]);
  reader.abort();
  expect(await read()).toMatchObject([stale]);
  expect(vendor.contexts).toHaveLength(2);
  vendor.contexts[1]?.record({ ...TARGET, outcome: 'OK', servedFrom: 'VENDOR', ms: 1, bytes: 1, keys: 1 });
  expect(reader.records.map(({ servedFrom }) => servedFrom)).toEqual(['CACHE']);
  expect(vendor.contexts[1]?.signal.aborted).toBe(false);
  clock.advance(1000);
  vendor.grant('renewed');
  await flushPromises();
  expect(await read()).toMatchObject([{ value: 'renewed' }]);
  expect(vendor.contexts).toHaveLength(2);
});

test('keeps a refresh waiting for 2 minutes after the last read of its key', async () => {
  const { clock, read, vendor } = await setUpWithKnownValue();
  const reader = createCaller();
  await read({ ...reader, context: { ...reader.context, waitUntilMs: () => clock.monotonicMs() + 30_000 } });
  clock.advance(30_000);
  await read();
  expect(vendor.contexts[1]?.waitUntilMs?.()).toBe(clock.monotonicMs() + 120_000);
});

/** Reads a key that is not known, for a caller who waits for so long. */
function readUnknown({ cache }: ReturnType<typeof createTestCache>, vendor: ReturnType<typeof createWaitingVendor>) {
  return (waitUntilMs: number) =>
    cache.readMany(namespace, ['a'], { ...createCaller().context, waitUntilMs: () => waitUntilMs }, vendor.fetch);
}

test('keeps the place of a key that is not known, also once its readers have given up at their own deadlines', async () => {
  const harness = createTestCache();
  const { clock } = harness;
  const vendor = createWaitingVendor();
  const read = readUnknown(harness, vendor);
  const results: unknown[] = [];
  for (const deadline of [1000, 5000]) void read(deadline).then((result) => results.push(result));
  await flushPromises();
  expect(vendor.contexts.map(({ waitUntilMs }) => waitUntilMs?.())).toEqual([120_000]);
  clock.advance(1000);
  await flushPromises();
  expect(results).toEqual([[quotaError]]);
  clock.advance(4000);
  await flushPromises();
  expect(results).toEqual([[quotaError], [quotaError]]);
  const [context] = vendor.contexts;
  expect(context?.signal.aborted).toBe(false);
  void read(clock.monotonicMs() + 1000);
  await flushPromises();
  expect(context?.waitUntilMs?.()).toBe(clock.monotonicMs() + 120_000);
  vendor.grant('late');
  await flushPromises();
  expect(await read(0)).toMatchObject([{ value: 'late' }]);
  expect(vendor.contexts).toHaveLength(1);
});

test('keeps the place of a key for 2 minutes after its last read, however often its start is put off', async () => {
  const harness = createTestCache();
  const vendor = createWaitingVendor();
  const read = readUnknown(harness, vendor)(1000);
  await flushPromises();
  harness.clock.advance(1000);
  await read;
  for (const startsAfterMs of [60_000, 120_000]) {
    harness.clock.advance(50_000);
    vendor.contexts[0]?.onQuotaWait?.(() => quotaError, startsAfterMs);
    await flushPromises();
  }
  expect(vendor.contexts.map(({ waitUntilMs }) => waitUntilMs?.())).toEqual([120_000]);
});

test.each([{ priority: 'past' }, { isBackground: true }] as const)(
  'waits for a key with %j that is not known until the deadline of its most patient reader, and no longer',
  async (context) => {
    const { cache } = createTestCache();
    const vendor = createWaitingVendor();
    const read = (waitUntilMs: number) =>
      cache.readMany(
        namespace,
        ['a'],
        { ...createCaller().context, ...context, waitUntilMs: () => waitUntilMs },
        vendor.fetch,
      );
    const [first, second] = [read(1000), read(5000)];
    await flushPromises();
    expect(vendor.contexts.map(({ waitUntilMs }) => waitUntilMs?.())).toEqual([5000]);
    vendor.reject(quotaError);
    expect([await first, await second]).toEqual([[quotaError], [quotaError]]);
  },
);

test('gives up at once for readers whose deadline comes before the start, also where that is put off', async () => {
  const harness = createTestCache();
  const vendor = createWaitingVendor(2000);
  const read = readUnknown(harness, vendor);
  expect(await read(1999)).toEqual([quotaError]);
  const results: unknown[] = [];
  void read(2000).then((result) => results.push(result));
  await flushPromises();
  expect(results).toEqual([]);
  vendor.contexts[0]?.onQuotaWait?.(() => quotaError, 2001);
  await flushPromises();
  expect(results).toEqual([[quotaError]]);
  expect(vendor.contexts).toHaveLength(1);
});

test('remembers when a key was asked for after its value is gone, failures included, but not calls never sent', async () => {
  const { cache, clock } = createTestCache();
  const vendor = createWaitingVendor();
  async function readAndFail(error: Error) {
    const read = cache.read(namespace, 'a', createCaller().context, async (context) => {
      const [fetched] = await vendor.fetch(['a'], context);
      if (!fetched) throw new Error('no value');
      return fetched;
    });
    const rejection = rejectionOf(read);
    await flushPromises();
    vendor.reject(error);
    await rejection;
  }
  await readAndFail(quotaError);
  const askedAt = clock.now();
  await readAndFail(vendorError(TARGET, 'VENDOR_UNAVAILABLE', { status: 503 }));
  clock.advance(3_600_000);
  await readAndFail(quotaError);
  expect(vendor.contexts.map(({ lastAskedAt }) => lastAskedAt)).toEqual([undefined, undefined, askedAt]);
});
