import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createCaller, createTestCache, namespace, createStubVendor } from '../../test/support/cache-harness.ts';

const countListeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

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
