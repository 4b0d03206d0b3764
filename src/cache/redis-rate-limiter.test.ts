/** @needs redis-server */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toPatientClock, waitUntil } from '../../test/support/cache-harness.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';
import { connectRedis, type RedisConnection as Connection } from './redis.ts';

let redis: RedisServer;
let connections: Connection[] = [];
/** Operations that failed. */
let failures: string[] = [];
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.kill());
afterEach(async () => {
  redis.thaw();
  await Promise.all(connections.map((connection) => connection.close()));
  connections = [];
  failures = [];
});

function connect(clock: Clock = toPatientClock(systemClock), url = redis.url): Connection {
  const connection = connectRedis(toRedisAddress(url), clock, { onError: (operation) => failures.push(operation) });
  connections.push(connection);
  return connection;
}

let names = 0;
function newName() {
  return `account-${(names += 1)}`;
}

describe('rate limit of several processes', () => {
  test('counts the calls of all processes against one limit', async () => {
    const name = newName();
    const [acquireA, acquireB] = [
      createRedisRateLimiter(connect(), name, 3),
      createRedisRateLimiter(connect(), name, 3),
    ];
    expect([await acquireA(), await acquireB(), await acquireA()]).toEqual([0, 0, 0]);
    for (const acquire of [acquireA, acquireB]) {
      const wait = (await acquire()) ?? -1;
      expect(wait).toBeGreaterThan(50_000);
      expect(wait).toBeLessThanOrEqual(60_000);
    }
  });

  test('counts the calls of each account separately', async () => {
    const connection = connect();
    const [acquireA, acquireB] = [newName(), newName()].map((name) => createRedisRateLimiter(connection, name, 1));
    expect([await acquireA?.(), await acquireB?.()]).toEqual([0, 0]);
  });

  test('counts the same calls for processes with a smaller and with a larger limit', async () => {
    const name = newName();
    const [small, large] = [createRedisRateLimiter(connect(), name, 2), createRedisRateLimiter(connect(), name, 4)];
    expect([await large(), await large()]).toEqual([0, 0]);
    expect(await small()).toBeGreaterThan(0);
    expect([await large(), await large()]).toEqual([0, 0]);
    expect(await large()).toBeGreaterThan(0);
  });

  test('allows exactly up to the limit in every window, for calls at any times', async () => {
    const windowMs = 120;
    // Uses Redis's own clock, which the limiter uses, too.
    const now = async () => {
      const [seconds, micros] = (await redis.command('TIME')).match(/(?<=\n)\d+(?=\r)/g) ?? [];
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    };
    const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })), { minLength: 5, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), gaps, async (limit, waits) => {
        const name = newName();
        const processes = [connect(), connect()].map((connection) =>
          createRedisRateLimiter(connection, name, limit, windowMs),
        );
        const started: { readonly earliest: number; readonly latest: number }[] = [];
        for (const [index, ms] of waits.entries()) {
          await new Promise((resolve) => setTimeout(resolve, ms));
          const earliest = await now();
          const wait = await processes[index % 2]?.();
          const latest = await now();
          const minInWindow = started.filter((call) => call.earliest > latest - windowMs).length;
          const maxInWindow = started.filter((call) => call.latest > earliest - windowMs).length;
          if (wait === 0) {
            expect(minInWindow).toBeLessThan(limit);
            started.push({ earliest, latest });
          } else {
            expect(maxInWindow).toBeGreaterThanOrEqual(limit);
          }
        }
      }),
      { numRuns: 8 },
    );
  });

  test('expires its log in Redis after the window', async () => {
    await createRedisRateLimiter(connect(), newName(), 3, 50)();
    const logs = async () => (await redis.command('KEYS', '*:quota::*')).match(/PTTL|quota/g)?.length ?? 0;
    const before = await logs();
    for (const end = Date.now() + 30_000; (await logs()) >= before && Date.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await logs()).toBeLessThan(before);
  });

  test('returns null without Redis', async () => {
    const url = `redis://127.0.0.1:${await findFreePort()}`;
    expect(await createRedisRateLimiter(connect(systemClock, url), newName(), 3)()).toBeNull();
  });

  test('returns null while Redis does not answer', async () => {
    const acquire = createRedisRateLimiter(connect(systemClock), newName(), 1000);
    await waitUntil(async () => (await acquire()) === 0);
    failures = [];
    redis.freeze();
    expect(await acquire()).toBeNull();
    expect(failures).toEqual(['quota']);
  });
});
