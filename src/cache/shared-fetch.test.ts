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
import type { CallPriority } from '../http/types.ts';
import type { BatchFetchFn, FetchedValue } from './cache.ts';

failOnUnhandledRejection();

/** A vendor that takes one key a request; counts the requests that became urgent, by key. */
function createVendor() {
  const urgent: string[] = [];
  const answer = Promise.withResolvers<undefined>();
  const fetch: BatchFetchFn<string, string> = async (keys, context) => {
    for (const key of keys) context.forKeys([key]).onUrgent?.(() => urgent.push(key));
    await answer.promise;
    return keys.map((value): FetchedValue<string> => ({ value, ttlSeconds: 60 }));
  };
  return {
    urgent,
    fetch,
    answer: () => {
      answer.resolve(undefined);
    },
  };
}

function setUp() {
  const harness = createTestCache();
  const vendor = createVendor();
  const read = (keys: readonly string[], priority?: CallPriority, fetch = vendor.fetch) =>
    harness.cache.readMany(namespace, keys, { ...createCaller().context, ...(priority && { priority }) }, fetch);
  return { ...harness, vendor, read };
}

test('a reader of live data makes the requests urgent that it joins, once', async () => {
  const { read, vendor } = setUp();
  const reads = [read(['a', 'b'], 'past')];
  await flushPromises();
  reads.push(read(['a'], 'past', unexpectedFetch));
  expect(vendor.urgent).toEqual([]);
  reads.push(read(['a'], 'live', unexpectedFetch), read(['a'], undefined, unexpectedFetch));
  expect(vendor.urgent).toEqual(['a']);
  vendor.answer();
  await Promise.all(reads);
});

test('a request is urgent from its start for a reader that has joined before', async () => {
  const { read, vendor } = setUp();
  const reads = [read(['a'], 'past'), read(['a'], 'live', unexpectedFetch)];
  await flushPromises();
  expect(vendor.urgent).toEqual(['a']);
  vendor.answer();
  await Promise.all(reads);
});

test('a reader of live data makes no request urgent that it starts: the vendor decides by its range', async () => {
  const { read, vendor } = setUp();
  const reading = read(['a', 'b'], 'live');
  await flushPromises();
  expect(vendor.urgent).toEqual([]);
  vendor.answer();
  await reading;
});

test('a reader of live data that is served stale makes the refresh urgent', async () => {
  const { clock, read, vendor } = setUp();
  await read(['a'], 'past', fetching('old'));
  clock.advance(61_000);
  expect(await read(['a'], 'past')).toMatchObject([{ value: 'old' }]);
  await flushPromises();
  await read(['a'], 'live', unexpectedFetch);
  expect(vendor.urgent).toEqual(['a']);
  vendor.answer();
});
