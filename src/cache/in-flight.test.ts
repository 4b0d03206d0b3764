import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  fetching,
  namespace,
  unexpectedFetch,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { VendorError } from '../domain/vendor-error.ts';

failOnUnhandledRejection();

function countListeners(signal: AbortSignal) {
  return getEventListeners(signal, 'abort').length;
}

describe('single-flight in one process', () => {
  test('makes one vendor call for two concurrent readers of a key and returns both the same value', async () => {
    const { cache, reads } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const first = cache.readMany(namespace, ['a'], createCaller().context, fetch);
    const second = cache.readMany(namespace, ['a'], createCaller().context, fetch);
    await flushPromises();
    answer(0);
    expect(await first).toEqual(await second);
    expect(await first).toMatchObject([{ value: 'A', servedFrom: 'VENDOR' }]);
    expect(calls).toHaveLength(1);
    expect(reads).toEqual(['agentstatusdetails coalesced 1', 'agentstatusdetails miss 1']);
  });

  test('fetches every key once for fifty concurrent readers of overlapping keys', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const keysOf = (i: number) => ['a', `b${i % 5}`, `c${i}`];
    const reads = Array.from({ length: 50 }, (_, i) =>
      cache.readMany(namespace, keysOf(i), createCaller().context, fetch),
    );
    await flushPromises();
    calls.forEach((_, n) => answer(n));
    const outcomes = await Promise.all(reads);
    const values = outcomes.map((list) => list.map((result) => (result instanceof VendorError ? null : result.value)));
    expect(values).toEqual(outcomes.map((_, i) => keysOf(i).map((key) => key.toUpperCase())));
    const fetchedKeys = calls.flatMap(({ keys }) => keys);
    expect(fetchedKeys.toSorted()).toEqual([...new Set(fetchedKeys)].toSorted());
    expect(fetchedKeys).toHaveLength(1 + 5 + 50);
  });

  test('fetches a key that one read names twice once, and returns its value twice, in order', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const read = cache.readMany(namespace, ['b', 'a', 'b'], createCaller().context, fetch);
    await flushPromises();
    answer(0);
    expect((await read).map((result) => !(result instanceof VendorError) && result.value)).toEqual(['B', 'A', 'B']);
    expect(calls.map(({ keys }) => keys)).toEqual([['b', 'a']]);
  });

  test('makes no vendor call for a read without keys', async () => {
    const { cache } = createTestCache();
    expect(await cache.readMany(namespace, [], createCaller().context, unexpectedFetch)).toEqual([]);
  });

  test('shares a failure with all waiters but does not cache it', async () => {
    const { cache } = createTestCache();
    const { fetch, fail, calls } = createStubVendor();
    const both = [1, 2].map(() => cache.readMany(namespace, ['a'], createCaller().context, fetch));
    await flushPromises();
    const error = vendorError();
    fail(0, error);
    expect(await Promise.all(both)).toEqual([[error], [error]]);
    expect(calls).toHaveLength(1);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('second'))).toMatchObject([
      { value: 'second' },
    ]);
  });
});

describe('readers that abort', () => {
  const CANCELLED = {
    vendor: 'KORE',
    account: 'kore-main',
    endpoint: 'agentstatusdetails',
    code: 'VENDOR_TIMEOUT',
    reason: 'cancelled',
  };

  test('completes the fetch for joined readers after its first reader aborted', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const [first, second] = [createCaller(), createCaller()];
    const starting = rejectionOf(cache.readMany(namespace, ['a'], first.context, fetch));
    const joined = cache.readMany(namespace, ['a'], second.context, fetch);
    await flushPromises();
    first.abort(new Error('deadline of the request'));
    expect(await starting).toMatchObject(CANCELLED);
    expect(calls[0]?.context.signal.aborted).toBe(false);
    answer(0);
    expect(await joined).toMatchObject([{ value: 'A' }]);
  });

  test('completes the fetch for its first reader after a joined reader aborted', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const [first, second] = [createCaller(), createCaller()];
    const starting = cache.readMany(namespace, ['a'], first.context, fetch);
    const joined = rejectionOf(cache.readMany(namespace, ['a'], second.context, fetch));
    await flushPromises();
    second.abort();
    expect(await joined).toMatchObject({ reason: 'cancelled' });
    expect(calls[0]?.context.signal.aborted).toBe(false);
    answer(0);
    expect(await starting).toMatchObject([{ value: 'A' }]);
  });

  test('cancels the vendor call when its last waiter aborts', async () => {
    const { cache } = createTestCache();
    const { fetch, calls } = createStubVendor();
    const [first, second] = [createCaller(), createCaller()];
    const both = [first, second].map(({ context }) => rejectionOf(cache.readMany(namespace, ['a'], context, fetch)));
    await flushPromises();
    first.abort();
    expect(calls[0]?.context.signal.aborted).toBe(false);
    second.abort();
    expect(calls[0]?.context.signal).toMatchObject({ aborted: true, reason: CANCELLED });
    expect(await Promise.all(both)).toMatchObject([CANCELLED, CANCELLED]);
  });

  test('starts a new fetch after the last waiter aborted, even while the cancelled call is still running', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, fail, calls } = createStubVendor();
    const caller = createCaller();
    const aborted = rejectionOf(cache.readMany(namespace, ['a'], caller.context, fetch));
    await flushPromises();
    caller.abort();
    const newcomer = cache.readMany(namespace, ['a'], createCaller().context, fetch);
    await flushPromises();
    expect(calls).toHaveLength(2);
    // The end of the cancelled call must not remove the newer one from the registry.
    fail(0, vendorError('VENDOR_TIMEOUT'));
    await aborted;
    await flushPromises();
    const third = cache.readMany(namespace, ['a'], createCaller().context, fetch);
    await flushPromises();
    expect(calls).toHaveLength(2);
    answer(1);
    expect(await newcomer).toMatchObject([{ value: 'A' }]);
    expect(await third).toMatchObject([{ value: 'A' }]);
  });

  test('cancels only the call without another waiter when a reader of two calls aborts', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const [first, second] = [createCaller(), createCaller()];
    const remaining = cache.readMany(namespace, ['a'], first.context, fetch);
    const aborted = rejectionOf(cache.readMany(namespace, ['a', 'b'], second.context, fetch));
    await flushPromises();
    second.abort();
    await aborted;
    expect(calls.map(({ keys, context }) => [keys, context.signal.aborted])).toEqual([
      [['a'], false],
      [['b'], true],
    ]);
    answer(0);
    expect(await remaining).toMatchObject([{ value: 'A' }]);
  });

  test('starts no fetch for a reader that has already aborted', async () => {
    const { cache } = createTestCache();
    const { fetch, calls } = createStubVendor();
    const caller = createCaller();
    caller.abort();
    expect(await rejectionOf(cache.readMany(namespace, ['a'], caller.context, fetch))).toMatchObject({
      reason: 'cancelled',
    });
    await flushPromises();
    expect(calls).toHaveLength(0);
  });

  test('does not cancel a completed call when its reader aborts later', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const caller = createCaller();
    const read = cache.readMany(namespace, ['a'], caller.context, fetch);
    await flushPromises();
    answer(0);
    await read;
    caller.abort();
    expect(calls[0]?.context.signal.aborted).toBe(false);
  });
});

test('registers one abort listener for a thousand reads of one query, and removes it when they are done', async () => {
  const { cache } = createTestCache();
  const { fetch, answer, calls } = createStubVendor();
  const { context } = createCaller();
  const reads = Array.from({ length: 1000 }, (_, index) => cache.readMany(namespace, [`key ${index}`], context, fetch));
  await flushPromises();
  expect([calls.length, countListeners(context.signal)]).toEqual([1000, 1]);
  calls.forEach((_, n) => answer(n));
  expect((await Promise.all(reads)).flat()).toHaveLength(1000);
  expect(countListeners(context.signal)).toBe(0);
});
