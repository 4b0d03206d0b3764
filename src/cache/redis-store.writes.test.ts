import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { createRedisStore } from './redis-store.ts';
import type { RedisConnection } from './redis.ts';

/** Creates an empty Redis that answers only when the test lets it. */
function createSlowRedis() {
  const answers: (() => void)[] = [];
  const redis: RedisConnection = {
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

function nextTick() {
  return new Promise(setImmediate);
}

test('gives each chunk of a large write its own timeout', async () => {
  const clock = manualClock();
  const { redis, answers } = createSlowRedis();
  const store = createRedisStore(redis, clock);
  const writes = Array.from({ length: 4500 }, (_, index) =>
    store.set(`key ${index}`, { value: index, fetchedAt: 0, freshUntil: 0, expiresAt: clock.now() + 1000 }),
  );
  const startedPerChunk: number[] = [];
  for (let chunk = 0; chunk < 3; chunk += 1) {
    await nextTick();
    startedPerChunk.push(answers.length);
    for (const answer of answers.splice(0)) answer();
  }
  expect(startedPerChunk).toEqual([2000, 2000, 500]);
  await Promise.all(writes);
});

test('does not write an entry that expires while it is queued', async () => {
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
