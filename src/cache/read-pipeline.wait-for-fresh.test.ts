import { expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  fetching,
  namespace,
} from '../../test/support/cache-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';

failOnUnhandledRejection();

/** A value just past its TTL of 60 seconds, within its stale window. */
async function createExpiredCache() {
  const testCache = createTestCache();
  await testCache.cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
  testCache.clock.advance(60_000);
  return testCache;
}

test('waits for the vendor instead of serving a value just past its TTL', async () => {
  const { cache } = await createExpiredCache();
  const { fetch, calls, answer } = createStubVendor();
  const read = cache.readMany(namespace, ['a'], { ...createCaller().context, waitsForFresh: true }, fetch);
  await flushPromises();
  expect(calls).toHaveLength(1);
  answer(0);
  expect(await read).toMatchObject([{ servedFrom: 'VENDOR' }]);
});

test('joins a revalidation that another reader has started', async () => {
  const { cache } = await createExpiredCache();
  const { fetch, calls, answer } = createStubVendor();
  expect(await cache.readMany(namespace, ['a'], createCaller().context, fetch)).toMatchObject([{ value: 'old' }]);
  const read = cache.readMany(namespace, ['a'], { ...createCaller().context, waitsForFresh: true }, fetch);
  await flushPromises();
  expect(calls).toHaveLength(1);
  answer(0);
  expect(await read).toMatchObject([{ servedFrom: 'VENDOR' }]);
});
