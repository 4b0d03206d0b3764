import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { queryStatuses } from './queries.ts';
import { startWorld } from './world.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.kill());

// What each gateway of a fleet does by itself, again and again, must not count as work.
test('gateways that share a Redis come to rest after a query', async () => {
  const world = await startWorld({ vendors: ['kore'], gateways: 2, cacheUrl: redis.url });
  try {
    for (const execute of world.gateways) {
      await queryStatuses(execute, world);
      await world.waitUntilIdle();
    }
    // 200 agents, 50 in a call.
    expect(world.calls()).toEqual({ kore: 4 });
  } finally {
    await world.stop();
  }
});
