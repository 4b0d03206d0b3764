/** @needs redis-server */
import { expect, test } from '@jest/globals';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { manualClock } from '../../test/support/clock.ts';
import { createRedisStores } from '../../test/support/redis-store-harness.ts';
import { createRedisFleetSize } from './redis-fleet-size.ts';

const { redis, bareConnection } = createRedisStores();

test('counts the processes that share a Redis, and one less after one has left', async () => {
  const clock = manualClock();
  const [a, b] = [bareConnection(clock), bareConnection(clock)].map((connection) =>
    createRedisFleetSize(connection, clock),
  );
  await waitUntil(() => {
    clock.advance(10_000);
    return a?.size() === 2 && b?.size() === 2;
  });
  await b?.close();
  await waitUntil(() => {
    clock.advance(10_000);
    return a?.size() === 1;
  });
  await a?.close();
});

test('is one before Redis has answered, and keeps the last size while Redis is away', async () => {
  const clock = manualClock();
  const [a, b] = [bareConnection(clock), bareConnection(clock)].map((connection) =>
    createRedisFleetSize(connection, clock),
  );
  expect(a?.size()).toBe(1);
  await waitUntil(() => {
    clock.advance(10_000);
    return a?.size() === 2;
  });
  await redis().kill();
  clock.advance(60_000);
  expect(a?.size()).toBe(2);
  await Promise.all([a?.close(), b?.close()]);
});

test('learns the size from its first announcement, although the process is busy while it starts', async () => {
  const clock = manualClock();
  const first = createRedisFleetSize(bareConnection(clock), clock);
  await waitUntil(async () => (await redis().command('KEYS', '*:fleet::*')).includes('processes'));
  const second = createRedisFleetSize(bareConnection(clock), clock);
  clock.advance(1500);
  await waitUntil(() => second.size() === 2);
  await Promise.all([first.close(), second.close()]);
});
