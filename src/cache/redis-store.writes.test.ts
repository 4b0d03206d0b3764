import { expect, test } from '@jest/globals';
import KeyvRedis from '@keyv/redis';
import type { RedisConnection } from './redis.ts';
import { createRedisStore } from './redis-store.ts';
import { manualClock } from '../../test/support/clock.ts';

/** A Redis that has nothing and answers nothing before it is told to. */
function createSlowRedis() {
  const answers: (() => void)[] = [];
  const redis: RedisConnection = {
    adapter: new KeyvRedis(),
    tryRun: (_operation, fallback) =>
      new Promise((resolve) => {
        answers.push(() => {
          resolve(fallback);
        });
      }),
    fireAndForget: () => undefined,
    close: () => Promise.resolve(),
  };
  return { redis, answers };
}

const nextTick = () => new Promise(setImmediate);

test('much that is written in one go has Redis’s patience for each portion, not for all of it', async () => {
  const clock = manualClock();
  const { redis, answers } = createSlowRedis();
  const store = createRedisStore(redis, clock);
  const writes = Array.from({ length: 4500 }, (_, index) =>
    store.set(`key ${index}`, { value: index, fetchedAt: 0, freshUntil: 0, expiresAt: clock.now() + 1000 }),
  );
  const begun: number[] = [];
  for (let portion = 0; portion < 3; portion += 1) {
    await nextTick();
    begun.push(answers.length);
    for (const answer of answers.splice(0)) answer();
  }
  expect(begun).toEqual([2000, 2000, 500]);
  await Promise.all(writes);
});

test('what need not be kept any longer when its turn comes is not written', async () => {
  const clock = manualClock();
  const { redis, answers } = createSlowRedis();
  const store = createRedisStore(redis, clock);
  const writes = Array.from({ length: 2001 }, (_, index) =>
    store.set(`key ${index}`, { value: index, fetchedAt: 0, freshUntil: 0, expiresAt: clock.now() + 1000 }),
  );
  await nextTick();
  clock.advance(1000);
  for (const answer of answers.splice(0)) answer();
  await nextTick();
  expect(answers).toEqual([]);
  await Promise.all(writes);
});
