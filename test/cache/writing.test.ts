import { expect, test } from '@jest/globals';
import KeyvRedis from '@keyv/redis';
import type { Redis } from '../../src/cache/redis.ts';
import { createSharedStore } from '../../src/cache/shared-store.ts';
import { manualClock } from '../support/clock.ts';

/** A Redis that has nothing and answers nothing before it is told to. */
function slowRedis() {
  const answers: (() => void)[] = [];
  const redis: Redis = {
    adapter: new KeyvRedis(),
    attempt: (_operation, otherwise) =>
      new Promise((resolve) => {
        answers.push(() => {
          resolve(otherwise);
        });
      }),
    tell: () => undefined,
    close: () => Promise.resolve(),
  };
  return { redis, answers };
}

const turn = () => new Promise(setImmediate);

test('much that is written in one go has Redis’s patience for each portion, not for all of it', async () => {
  const clock = manualClock();
  const { redis, answers } = slowRedis();
  const store = createSharedStore(redis, clock);
  const writes = Array.from({ length: 4500 }, (_, index) =>
    store.set(`key ${index}`, { value: index, fetchedAt: 0, freshUntil: 0, keepUntil: clock.now() + 1000 }),
  );
  const begun: number[] = [];
  for (let portion = 0; portion < 3; portion += 1) {
    await turn();
    begun.push(answers.length);
    for (const answer of answers.splice(0)) answer();
  }
  expect(begun).toEqual([2000, 2000, 500]);
  await Promise.all(writes);
});

test('what need not be kept any longer when its turn comes is not written', async () => {
  const clock = manualClock();
  const { redis, answers } = slowRedis();
  const store = createSharedStore(redis, clock);
  const writes = Array.from({ length: 2001 }, (_, index) =>
    store.set(`key ${index}`, { value: index, fetchedAt: 0, freshUntil: 0, keepUntil: clock.now() + 1000 }),
  );
  await turn();
  clock.advance(1000);
  for (const answer of answers.splice(0)) answer();
  await turn();
  expect(answers).toEqual([]);
  await Promise.all(writes);
});
