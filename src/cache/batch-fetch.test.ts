import { expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  namespace,
  unexpectedFetch,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';

failOnUnhandledRejection();

async function startBatch() {
  const { cache, reads } = createTestCache();
  const vendor = createStubVendor();
  const read = (keys: readonly string[], fetch = vendor.fetch) =>
    cache.readMany(namespace, keys, createCaller().context, fetch);
  const batch = read(['a', 'b', 'c']);
  await flushPromises();
  return { ...vendor, read, reads, batch };
}

test('returns a reported key to its readers while the fetch of the others continues', async () => {
  const { read, reads, batch, report, answer } = await startBatch();
  const joined = read(['b'], unexpectedFetch);
  report(0, 'b');
  expect(await joined).toMatchObject([{ value: 'B', servedFrom: 'VENDOR' }]);
  expect(await read(['b'], unexpectedFetch)).toMatchObject([{ value: 'B', servedFrom: 'CACHE' }]);
  answer(0);
  expect(await batch).toMatchObject([{ value: 'A' }, { value: 'B' }, { value: 'C' }]);
  expect(reads).toEqual(['miss 3', 'coalesced 1', 'hit 1'].map((result) => `agentstatusdetails ${result}`));
});

test('keeps reported outcomes when the fetch then fails', async () => {
  const { batch, report, fail } = await startBatch();
  const error = vendorError('VENDOR_REJECTED');
  report(0, 'b');
  fail(0, error);
  expect(await batch).toMatchObject([error, { value: 'B' }, error]);
});

test('uses the first outcome of a key', async () => {
  const { batch, calls, answer } = await startBatch();
  calls[0]?.onFetched('a', { value: 'first', ttlSeconds: 60 });
  calls[0]?.onFetched('a', vendorError());
  answer(0);
  expect(await batch).toMatchObject([{ value: 'first' }, { value: 'B' }, { value: 'C' }]);
});

test('returns a cached key of a batch without waiting for the vendor', async () => {
  const { read, batch, answer } = await startBatch();
  answer(0);
  await batch;
  const second = createStubVendor();
  const mixed = read(['a', 'd'], second.fetch);
  const joined = read(['a'], unexpectedFetch);
  expect(await joined).toMatchObject([{ value: 'A', servedFrom: 'CACHE' }]);
  second.answer(0);
  expect(await mixed).toMatchObject([{ value: 'A' }, { value: 'D' }]);
});

test('rejects a report of a key that was not requested', async () => {
  const { batch, calls, answer } = await startBatch();
  expect(() => calls[0]?.onFetched('z', vendorError())).toThrow('a key that was not requested');
  answer(0);
  await batch;
});

test('rejects a fetch with fewer outcomes than keys', async () => {
  const { batch, answerWith } = await startBatch();
  answerWith(0, [{ value: 'A', ttlSeconds: 60 }]);
  expect(await rejectionOf(batch)).toMatchObject({ message: expect.stringContaining('fewer results than keys') });
});
