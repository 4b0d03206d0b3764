/** @needs redis-server */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';
import { connectRedis, type RedisConnection as Connection } from './redis.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { toPatientClock, waitUntil } from '../../test/support/cache-harness.ts';

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
  const connection = connectRedis(url, clock, { onError: (operation) => failures.push(operation) });
  connections.push(connection);
  return connection;
}

let names = 0;
const newName = () => `account-${(names += 1)}`;

describe('calls of several processes', () => {
  test('count together', async () => {
    const name = newName();
    const [one, two] = [createRedisRateLimiter(connect(), name, 3), createRedisRateLimiter(connect(), name, 3)];
    expect([await one(), await two(), await one()]).toEqual([0, 0, 0]);
    for (const take of [one, two]) {
      const wait = (await take()) ?? -1;
      expect(wait).toBeGreaterThan(50_000);
      expect(wait).toBeLessThanOrEqual(60_000);
    }
  });

  test('count for each account by itself', async () => {
    const connection = connect();
    const [one, other] = [newName(), newName()].map((name) => createRedisRateLimiter(connection, name, 1));
    expect([await one?.(), await other?.()]).toEqual([0, 0]);
  });

  test('count for whoever has a smaller limit, and for whoever has a larger one', async () => {
    const name = newName();
    const [small, large] = [createRedisRateLimiter(connect(), name, 2), createRedisRateLimiter(connect(), name, 4)];
    expect([await large(), await large()]).toEqual([0, 0]);
    expect(await small()).toBeGreaterThan(0);
    expect([await large(), await large()]).toEqual([0, 0]);
    expect(await large()).toBeGreaterThan(0);
  });

  test('whenever they begin: no span ever sees more than the limit, and none is refused below it', async () => {
    const span = 120;
    // By Redis's own clock, which is the one that counts.
    const now = async () => {
      const [seconds, micros] = (await redis.command('TIME')).match(/(?<=\n)\d+(?=\r)/g) ?? [];
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    };
    const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })), { minLength: 5, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), gaps, async (limit, waits) => {
        const name = newName();
        const processes = [connect(), connect()].map((connection) =>
          createRedisRateLimiter(connection, name, limit, span),
        );
        const begun: { readonly earliest: number; readonly latest: number }[] = [];
        for (const [index, ms] of waits.entries()) {
          await new Promise((resolve) => setTimeout(resolve, ms));
          const earliest = await now();
          const wait = await processes[index % 2]?.();
          const latest = await now();
          const surely = begun.filter((one) => one.earliest > latest - span).length;
          const perhaps = begun.filter((one) => one.latest > earliest - span).length;
          if (wait === 0) {
            expect(surely).toBeLessThan(limit);
            begun.push({ earliest, latest });
          } else {
            expect(perhaps).toBeGreaterThanOrEqual(limit);
          }
        }
      }),
      { numRuns: 8 },
    );
  });

  test('leave nothing behind when their span is over', async () => {
    await createRedisRateLimiter(connect(), newName(), 3, 50)();
    const logs = async () => (await redis.command('KEYS', '*:quota::*')).match(/PTTL|quota/g)?.length ?? 0;
    const before = await logs();
    for (const end = Date.now() + 30_000; (await logs()) >= before && Date.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await logs()).toBeLessThan(before);
  });

  test('cannot be counted without Redis', async () => {
    const url = `redis://127.0.0.1:${await findFreePort()}`;
    expect(await createRedisRateLimiter(connect(systemClock, url), newName(), 3)()).toBeNull();
  });

  test('cannot be counted while Redis does not answer', async () => {
    const take = createRedisRateLimiter(connect(systemClock), newName(), 1000);
    await waitUntil(async () => (await take()) === 0);
    failures = [];
    redis.freeze();
    expect(await take()).toBeNull();
    expect(failures).toEqual(['quota']);
  });
});
