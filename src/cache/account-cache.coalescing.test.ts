import { describe, expect, test } from '@jest/globals';
import { VendorError } from '../domain/vendor-error.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import {
  createCaller,
  fetching,
  unexpectedFetch,
  createTestCache,
  namespace,
  createStubVendor,
  vendorError,
} from '../../test/support/cache-harness.ts';

failOnUnhandledRejection();

describe('one fetch for a key in the whole process', () => {
  test('two callers at once: one call, the same answer for both', async () => {
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

  test('fifty callers of overlapping keys: every key is asked for once', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const keysOf = (i: number) => ['a', `b${i % 5}`, `c${i}`];
    const all = Array.from({ length: 50 }, (_, i) =>
      cache.readMany(namespace, keysOf(i), createCaller().context, fetch),
    );
    await flushPromises();
    calls.forEach((_, n) => answer(n));
    const outcomes = await Promise.all(all);
    const values = outcomes.map((list) => list.map((one) => (one instanceof VendorError ? null : one.value)));
    expect(values).toEqual(outcomes.map((_, i) => keysOf(i).map((key) => key.toUpperCase())));
    const asked = calls.flatMap(({ keys }) => keys);
    expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
    expect(asked).toHaveLength(1 + 5 + 50);
  });

  test('a key asked for twice by one caller is fetched once, and answered twice, in order', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const read = cache.readMany(namespace, ['b', 'a', 'b'], createCaller().context, fetch);
    await flushPromises();
    answer(0);
    expect((await read).map((one) => !(one instanceof VendorError) && one.value)).toEqual(['B', 'A', 'B']);
    expect(calls.map(({ keys }) => keys)).toEqual([['b', 'a']]);
  });

  test('no keys: no call', async () => {
    const { cache } = createTestCache();
    expect(await cache.readMany(namespace, [], createCaller().context, unexpectedFetch)).toEqual([]);
  });

  test('a failure is shared with those who wait, and not kept', async () => {
    const { cache } = createTestCache();
    const { fetch, fail, calls } = createStubVendor();
    const both = [1, 2].map(() => cache.readMany(namespace, ['a'], createCaller().context, fetch));
    await flushPromises();
    const error = vendorError();
    fail(0, error);
    expect(await Promise.all(both)).toEqual([[error], [error]]);
    expect(calls).toHaveLength(1);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('again'))).toMatchObject([
      { value: 'again' },
    ]);
  });
});

describe('callers who go', () => {
  const CANCELLED = {
    vendor: 'KORE',
    account: 'kore-main',
    endpoint: 'agentstatusdetails',
    code: 'VENDOR_TIMEOUT',
    reason: 'cancelled',
  };

  test('the one who began it goes: the others get their answer', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const [one, two] = [createCaller(), createCaller()];
    const begun = rejectionOf(cache.readMany(namespace, ['a'], one.context, fetch));
    const joined = cache.readMany(namespace, ['a'], two.context, fetch);
    await flushPromises();
    one.abort(new Error('deadline of the request'));
    expect(await begun).toMatchObject(CANCELLED);
    expect(calls[0]?.context.signal.aborted).toBe(false);
    answer(0);
    expect(await joined).toMatchObject([{ value: 'A' }]);
  });

  test('one who joined goes: the one who began it gets the answer', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const [one, two] = [createCaller(), createCaller()];
    const begun = cache.readMany(namespace, ['a'], one.context, fetch);
    const joined = rejectionOf(cache.readMany(namespace, ['a'], two.context, fetch));
    await flushPromises();
    two.abort();
    expect(await joined).toMatchObject({ reason: 'cancelled' });
    expect(calls[0]?.context.signal.aborted).toBe(false);
    answer(0);
    expect(await begun).toMatchObject([{ value: 'A' }]);
  });

  test('the last one goes: the call is cancelled', async () => {
    const { cache } = createTestCache();
    const { fetch, calls } = createStubVendor();
    const [one, two] = [createCaller(), createCaller()];
    const both = [one, two].map(({ context }) => rejectionOf(cache.readMany(namespace, ['a'], context, fetch)));
    await flushPromises();
    one.abort();
    expect(calls[0]?.context.signal.aborted).toBe(false);
    two.abort();
    expect(calls[0]?.context.signal).toMatchObject({ aborted: true, reason: CANCELLED });
    expect(await Promise.all(both)).toMatchObject([CANCELLED, CANCELLED]);
  });

  test('whoever comes after the last one has gone asks anew, though the cancelled call is not over yet', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, fail, calls } = createStubVendor();
    const one = createCaller();
    const gone = rejectionOf(cache.readMany(namespace, ['a'], one.context, fetch));
    await flushPromises();
    one.abort();
    const newcomer = cache.readMany(namespace, ['a'], createCaller().context, fetch);
    await flushPromises();
    expect(calls).toHaveLength(2);
    // The end of the cancelled call must not make the newer one be forgotten.
    fail(0, vendorError('VENDOR_TIMEOUT'));
    await gone;
    await flushPromises();
    const third = cache.readMany(namespace, ['a'], createCaller().context, fetch);
    await flushPromises();
    expect(calls).toHaveLength(2);
    answer(1);
    expect(await newcomer).toMatchObject([{ value: 'A' }]);
    expect(await third).toMatchObject([{ value: 'A' }]);
  });

  test('one who waits for two calls goes: only the one that nobody else waits for is cancelled', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const [one, two] = [createCaller(), createCaller()];
    const kept = cache.readMany(namespace, ['a'], one.context, fetch);
    const gone = rejectionOf(cache.readMany(namespace, ['a', 'b'], two.context, fetch));
    await flushPromises();
    two.abort();
    await gone;
    expect(calls.map(({ keys, context }) => [keys, context.signal.aborted])).toEqual([
      [['a'], false],
      [['b'], true],
    ]);
    answer(0);
    expect(await kept).toMatchObject([{ value: 'A' }]);
  });

  test('one who comes already gone begins nothing', async () => {
    const { cache } = createTestCache();
    const { fetch, calls } = createStubVendor();
    const one = createCaller();
    one.abort();
    expect(await rejectionOf(cache.readMany(namespace, ['a'], one.context, fetch))).toMatchObject({
      reason: 'cancelled',
    });
    await flushPromises();
    expect(calls).toHaveLength(0);
  });

  test('an answered call is not cancelled afterwards', async () => {
    const { cache } = createTestCache();
    const { fetch, answer, calls } = createStubVendor();
    const one = createCaller();
    const read = cache.readMany(namespace, ['a'], one.context, fetch);
    await flushPromises();
    answer(0);
    await read;
    one.abort();
    expect(calls[0]?.context.signal.aborted).toBe(false);
  });
});
