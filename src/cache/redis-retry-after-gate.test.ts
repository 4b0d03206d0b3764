/** @needs redis-server */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { toPatientClock, waitUntil } from '../../test/support/cache-harness.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { createRedisRetryAfterGate } from './redis-retry-after-gate.ts';
import { connectRedis, type RedisConnection } from './redis.ts';

let redis: RedisServer;
const connections: RedisConnection[] = [];
let failures: string[] = [];
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.kill());
afterEach(async () => {
  redis.thaw();
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
  failures = [];
});

function connect(name: string, clock: Clock = toPatientClock(systemClock)) {
  const connection = connectRedis(toRedisAddress(redis.url), clock, {
    onError: (operation) => failures.push(operation),
  });
  connections.push(connection);
  return createRedisRetryAfterGate(connection, name);
}

test('closes the gate of every process for the longest time, and of no other account', async () => {
  const [first, second, other] = [connect('a'), connect('a'), connect('b')];
  expect(await first.remainingMs()).toBe(0);
  first.close(600_000);
  await waitUntil(async () => (await second.remainingMs()) !== 0);
  second.close(30_000);
  for (const gate of [second, first]) {
    const ms = await gate.remainingMs();
    expect(ms).toBeGreaterThan(500_000);
    expect(ms).toBeLessThanOrEqual(600_000);
  }
  second.close(900_000);
  await waitUntil(async () => ((await first.remainingMs()) ?? 0) > 600_000);
  expect(await other.remainingMs()).toBe(0);
});

test('opens the gate again in Redis by itself', async () => {
  const gate = connect('c');
  await waitUntil(async () => (await gate.remainingMs()) === 0);
  gate.close(500);
  await waitUntil(async () => (await gate.remainingMs()) !== 0);
  await waitUntil(async () => (await gate.remainingMs()) === 0);
});

test('knows nothing while Redis does not answer', async () => {
  const gate = connect('d', systemClock);
  await waitUntil(async () => (await gate.remainingMs()) === 0);
  failures = [];
  redis.freeze();
  expect(await gate.remainingMs()).toBeNull();
  expect(failures).toEqual(['gate']);
});
