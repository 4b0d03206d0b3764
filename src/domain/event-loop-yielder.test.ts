import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Clock } from './clock.ts';
import { createEventLoopYielder } from './event-loop-yielder.ts';

/** Work that takes a millisecond between yields. */
function createFixture() {
  let elapsed = 0;
  const clock: Clock = { now: () => elapsed, monotonicMs: () => elapsed, setTimer: () => () => undefined };
  const yielder = createEventLoopYielder(clock);
  return {
    work: async (pieces: number) => {
      for (let piece = 0; piece < pieces; piece++) {
        await yielder.yieldIfDue();
        elapsed += 1;
      }
    },
    elapsed: () => elapsed,
  };
}

/** Returns the longest hold of the event loop during some work, by the fixture's clock. */
async function longestHold(elapsed: () => number, work: Promise<unknown>): Promise<number> {
  let [working, longest, before] = [true, 0, elapsed()];
  const done = work.finally(() => (working = false));
  while (working) {
    await nextTurn();
    longest = Math.max(longest, elapsed() - before);
    before = elapsed();
  }
  await done;
  return longest;
}

test('holds the event loop for a few milliseconds with one file', async () => {
  const { work, elapsed } = createFixture();
  const longest = await longestHold(elapsed, work(200));
  expect(elapsed()).toBe(200);
  expect(longest).toBeLessThanOrEqual(5);
});

test('holds the event loop no longer with eight files', async () => {
  const { work, elapsed } = createFixture();
  const longest = await longestHold(elapsed, Promise.all(Array.from({ length: 8 }, () => work(100))));
  expect(elapsed()).toBe(800);
  expect(longest).toBeLessThanOrEqual(5);
});

test('delays short work by one turn at most', async () => {
  const { work } = createFixture();
  let turns = 0;
  const short = work(3).then(() => 'done');
  while ((await Promise.race([short, nextTurn('turn')])) === 'turn') turns += 1;
  expect(turns).toBeLessThanOrEqual(1);
});
