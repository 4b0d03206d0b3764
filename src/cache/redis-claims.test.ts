/** @needs redis-server */
import { expect, test } from '@jest/globals';
import { createRedisStores } from '../../test/support/redis-store-harness.ts';
import { systemClock } from '../domain/clock.ts';
import { createRedisClaims } from './redis-claims.ts';

const { redis, bareConnection } = createRedisStores();

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
