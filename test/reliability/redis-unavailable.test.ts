/** @needs redis-server */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toPatientClock, waitUntil } from '../support/cache-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { NOW, startWorld, type World } from '../support/world.ts';

let redis: RedisServer;
let world: World;
beforeAll(async () => {
  [redis, world] = await Promise.all([startRedisServer(), startWorld(toPatientClock(steppedClock(NOW)))]);
  await redis.kill();
});
afterAll(async () => {
  await world.stop();
  await redis.kill();
});

test('keeps the gateway ready and serving while Redis is down, and logs the outage and the recovery once each', async () => {
  const gateway = await world.startGateway((raw) => ({ ...raw, cache: { url: redis.url } }));
  const levels = (word: string): readonly string[] =>
    gateway
      .logs()
      .split('\n')
      .flatMap((line) =>
        line.includes('shared cache') && line.includes(word) ? [JSON.parse(line) as { level: string }] : [],
      )
      .map(({ level }) => level);

  for (let i = 0; i < 3; i += 1) {
    const { data, errors } = await gateway.query<{ agents: { nodes: readonly unknown[] } }>(
      '{ agents(first: 5) { nodes { currentStatus { status } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.agents.nodes).toHaveLength(5);
  }
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toMatch(/switchboard_cache_errors_total\{operation="connection",reason="connection"\} \d/);

  await redis.restart();
  await waitUntil(() => levels('available again').length > 0);
  expect([levels('unavailable'), levels('available again')]).toEqual([['warn'], ['info']]);
});
