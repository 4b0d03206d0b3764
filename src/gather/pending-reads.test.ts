import { expect, test } from '@jest/globals';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createPendingReads } from './pending-reads.ts';

test('waits for reads that fail, and for those that follow from others', async () => {
  const { track, settled } = createPendingReads();
  const [first, second] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  let isSettled = false;
  const waiting = settled().then(() => (isSettled = true));
  const chain = track(first.promise).then(() => track(second.promise));
  await flushPromises();
  expect(isSettled).toBe(false);
  first.resolve(1);
  await flushPromises();
  expect(isSettled).toBe(false);
  second.reject(new Error('no'));
  await expect(chain).rejects.toThrow('no');
  await waiting;
  expect(isSettled).toBe(true);
});

test('returns the very promise that it tracks', () => {
  const { track } = createPendingReads();
  const read = Promise.resolve(1);
  expect(track(read)).toBe(read);
});
