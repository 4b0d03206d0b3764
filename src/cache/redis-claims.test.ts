/** @needs redis-server */
import { expect, test } from '@jest/globals';
import { createRedisStores } from '../../test/support/redis-store-harness.ts';
import { systemClock } from '../domain/clock.ts';
import { createRedisClaims } from './redis-claims.ts';
import type { RedisConnection } from './redis.ts';

const { redis, bareConnection, keyNames } = createRedisStores();

test('grants a name to the first process that asks, and knows nothing while Redis cannot be reached', async () => {
  const [first, second] = [bareConnection(systemClock), bareConnection(systemClock)].map(createRedisClaims);
  expect(await first?.claim('a')).toBe('granted');
  expect([await second?.claim('a'), await second?.claim('b')]).toEqual(['taken', 'granted']);
  await redis().kill();
  expect([await first?.claim('c'), await second?.claim('c')]).toEqual(['unknown', 'unknown']);
  await first?.release('a');
});

test('grants a name again that has been given back', async () => {
  const [first, second] = [bareConnection(systemClock), bareConnection(systemClock)].map(createRedisClaims);
  await first?.claim('a');
  await first?.release('a');
  expect([await second?.claim('a'), await first?.claim('a')]).toEqual(['granted', 'taken']);
});

test('a process gives back only what it has claimed itself', async () => {
  const [first, second] = [bareConnection(systemClock), bareConnection(systemClock)].map(createRedisClaims);
  await first?.claim('a');
  await second?.release('a');
  expect(await second?.claim('a')).toBe('taken');
});

test('a claim outlasts all that may be queued before a run', async () => {
  await createRedisClaims(bareConnection(systemClock)).claim('a');
  const [key] = await keyNames();
  expect(Number(/\d+/.exec(await redis().command('PTTL', String(key)))?.[0])).toBeGreaterThan(23 * 3_600_000);
});

test.each([
  ['keep', 'taken'],
  ['release', 'granted'],
] as const)('a claim that is granted too late is one to %s: another process finds it %s', async (ifLate, expected) => {
  const connection = bareConnection(systemClock);
  /** Its callers have continued without each result. */
  const late: RedisConnection = {
    ...connection,
    async tryRun(operation, fallback, run, options) {
      const result = await connection.tryRun(operation, fallback, run);
      options?.onLateResult?.(result);
      return fallback;
    },
  };
  expect(await createRedisClaims(late).claim('a', ifLate)).toBe('unknown');
  expect(await createRedisClaims(connection).claim('a')).toBe(expected);
});
