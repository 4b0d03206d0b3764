/** @needs redis-server */
import { expect, test } from '@jest/globals';
import { createRedisStores } from '../../test/support/redis-store-harness.ts';
import { systemClock } from '../domain/clock.ts';
import { createRedisClaims } from './redis-claims.ts';

const { redis, bareConnection } = createRedisStores();

test('grants a name to the first process that asks, and to each while Redis cannot be reached', async () => {
  const [first, second] = [bareConnection(systemClock), bareConnection(systemClock)].map(createRedisClaims);
  expect(await first?.('a')).toBe(true);
  expect([await second?.('a'), await second?.('b')]).toEqual([false, true]);
  await redis().kill();
  expect([await first?.('c'), await second?.('c')]).toEqual([true, true]);
});
