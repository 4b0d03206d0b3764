import { expect, test } from '@jest/globals';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createPendingReads } from './pending-reads.ts';

function setUp() {
  const { settled, ...reads } = createPendingReads();
  let isSettled = false;
  void settled().then(() => (isSettled = true));
  return {
    ...reads,
    isSettled: async () => {
      await flushPromises();
      return isSettled;
    },
  };
}

test('waits until every read has ended', async () => {
  const { settled, readStarted, readEnded } = createPendingReads();
  readStarted();
  readStarted();
  let isSettled = false;
  const waiting = settled().then(() => (isSettled = true));
  readEnded();
  await flushPromises();
  expect(isSettled).toBe(false);
  readEnded();
  await waiting;
});

test('waits for a read that follows from one that has ended', async () => {
  const { readStarted, readEnded, isSettled } = setUp();
  readStarted();
  expect(await isSettled()).toBe(false);
  readEnded();
  await Promise.resolve().then(readStarted);
  expect(await isSettled()).toBe(false);
  readEnded();
  expect(await isSettled()).toBe(true);
});

test('does not wait where no read is under way', async () => {
  await createPendingReads().settled();
});

test('may be waited for several times', async () => {
  const { settled, readStarted, readEnded } = createPendingReads();
  readStarted();
  const both = [settled(), settled()];
  readEnded();
  await Promise.all(both);
  readStarted();
  const third = settled();
  readEnded();
  await third;
});
