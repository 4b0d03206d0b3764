import { expect, test } from '@jest/globals';
import { waitUntilIdle } from './idle.ts';

/** A server that computes for some intervals, and how many intervals have passed. */
function setUp(busyIntervals: number) {
  let intervals = 0;
  const server = { cpuMs: () => 200 * Math.min(intervals, busyIntervals) };
  const idle = { cpuMs: () => 5 * intervals };
  return {
    servers: [idle, server],
    pause: () => {
      intervals += 1;
      return Promise.resolve();
    },
    intervals: () => intervals,
  };
}

test.each([0, 3])('waits until no server computes, here after %d intervals', async (busyIntervals) => {
  const { servers, pause, intervals } = setUp(busyIntervals);
  await waitUntilIdle(servers, pause);
  expect(intervals()).toBe(busyIntervals + 1);
});

test('does not wait for ever', async () => {
  const { servers, pause, intervals } = setUp(Infinity);
  await waitUntilIdle(servers, pause);
  expect(intervals()).toBeLessThan(100);
});
