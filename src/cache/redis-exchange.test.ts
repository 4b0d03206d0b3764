/** @needs redis-server */
import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { createRedisStores } from '../../test/support/redis-store-harness.ts';
import { createRedisExchange } from './redis-exchange.ts';

const { redis, bareConnection } = createRedisStores();

test('returns what the other processes wrote about the same account, with its age', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => createRedisExchange(bareConnection(manualClock()), 'account', id));
  expect(await a?.('from a')).toEqual([]);
  expect(await b?.('from b')).toMatchObject([{ text: 'from a' }]);
  expect(await a?.('again from a')).toMatchObject([{ text: 'from b' }]);
  const seen = (await c?.(null)) ?? [];
  expect(seen.map(({ text }) => text).toSorted()).toEqual(['again from a', 'from b']);
  expect(seen.every(({ ageMs }) => ageMs >= 0 && ageMs < 60_000)).toBe(true);
  expect(await createRedisExchange(bareConnection(manualClock()), 'other account')(null)).toEqual([]);
});

test('returns null while Redis is away', async () => {
  const exchange = createRedisExchange(bareConnection(manualClock()), 'account');
  expect(await exchange('text')).toEqual([]);
  await redis().kill();
  expect(await exchange('text')).toBeNull();
});
