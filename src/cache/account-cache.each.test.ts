import { expect, test } from '@jest/globals';
import {
  createCaller,
  createTestCache,
  fetching,
  namespace,
  PAST_SWR_MS,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import type { CallContext } from '../http/types.ts';
import type { FetchedValue } from './cache.ts';

failOnUnhandledRejection();

/** A vendor that takes one key a call; the test ends each. */
function createVendor() {
  const calls = new Map<string, PromiseWithResolvers<FetchedValue<string>> & { readonly context: CallContext }>();
  const call = (key: string) => {
    const known = calls.get(key);
    if (!known) throw new Error(`no call for ${key}`);
    return known;
  };
  return {
    keys: () => [...calls.keys()].join(''),
    signal: (key: string) => call(key).context.signal,
    answer: (keys: string, value = 'new') => {
      for (const key of keys) call(key).resolve({ value, ttlSeconds: 60 });
    },
    fail: (key: string, error: Error) => {
      call(key).reject(error);
    },
    fetch: (key: string, context: CallContext) => {
      const pending = { ...Promise.withResolvers<FetchedValue<string>>(), context };
      calls.set(key, pending);
      return pending.promise;
    },
  };
}

async function setUp({ ageMs = 0, known = '' } = {}) {
  const harness = createTestCache();
  const vendor = createVendor();
  for (const key of known) await harness.cache.readMany(namespace, [key], createCaller().context, fetching('known'));
  harness.reads.splice(0);
  harness.clock.advance(ageMs);
  const read = (keys: string, caller = createCaller()) =>
    harness.cache.readEach(namespace, Array.from(keys), caller.context, vendor.fetch);
  return { ...harness, vendor, read };
}

test('each key has its own result: a value, the error of the vendor, or one that is a bug', async () => {
  const { vendor, read } = await setUp();
  const reading = read('abc');
  await flushPromises();
  const [failure, bug] = [vendorError(), new TypeError('a bug')];
  vendor.fail('a', bug);
  vendor.fail('b', failure);
  vendor.answer('c');
  expect(await reading).toEqual([bug, failure, expect.objectContaining({ value: 'new', servedFrom: 'VENDOR' })]);
});

test('cancels the calls of a reader that leaves, but for a key that another one waits for', async () => {
  const { vendor, read } = await setUp();
  const first = createCaller();
  const leaving = read('abc', first);
  const staying = read('b');
  await flushPromises();
  expect(vendor.keys()).toBe('abc');
  first.abort();
  expect(['a', 'b', 'c'].map((key) => vendor.signal(key).aborted)).toEqual([true, false, true]);
  vendor.answer('b');
  expect(await staying).toMatchObject([{ value: 'new' }]);
  const errors = await leaving;
  expect(errors).toMatchObject(Array(3).fill({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' }));
  expect(new Set(errors).size).toBe(3);
});

test('a reader that has left already gets an error for each key, and nothing is called', async () => {
  const { vendor, read } = await setUp();
  const caller = createCaller();
  caller.abort();
  expect(await read('ab', caller)).toMatchObject([{ reason: 'cancelled' }, { reason: 'cancelled' }]);
  expect(vendor.keys()).toBe('');
});

test('a reader of one key does not wait for the others of the read that it joins', async () => {
  const { vendor, read } = await setUp();
  const both = read('ab');
  const one = read('a');
  await flushPromises();
  vendor.answer('a');
  expect(await one).toMatchObject([{ value: 'new' }]);
  vendor.answer('b');
  expect(await both).toHaveLength(2);
});

test('serves what is just past its TTL, though other keys are missing', async () => {
  const { vendor, read, reads } = await setUp({ known: 'ab', ageMs: 61_000 });
  const reading = read('abc');
  await flushPromises();
  expect(vendor.keys()).toBe('abc');
  vendor.answer('c');
  expect(await reading).toMatchObject([{ value: 'known' }, { value: 'known' }, { value: 'new' }]);
  expect(reads).toEqual([
    'agentstatusdetails stale_while_revalidate 2',
    'agentstatusdetails miss 2',
    'agentstatusdetails miss 1',
  ]);
  vendor.answer('ab');
});

test('waits for what is past the stale window, and records each cached value by itself', async () => {
  const { vendor, read, clock } = await setUp({ known: 'ab', ageMs: PAST_SWR_MS });
  const caller = createCaller();
  const reading = read('ab', caller);
  await flushPromises();
  vendor.answer('a');
  vendor.fail('b', vendorError());
  expect(await reading).toMatchObject([{ value: 'new' }, { value: 'known', staleReason: {} }]);
  clock.advance(1000);
  await read('a', caller);
  const cached = { servedFrom: 'CACHE', outcome: 'OK', keys: 1 };
  expect(caller.records).toMatchObject([cached, cached]);
});
