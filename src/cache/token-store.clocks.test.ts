/** @needs redis-server */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { toPatientClock } from '../../test/support/cache-harness.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { Secret } from '../config/secret.ts';
import { systemClock } from '../domain/clock.ts';
import { createLeases } from './leases.ts';
import { connectRedis, type RedisConnection } from './redis.ts';
import { createSteadyClock } from './steady-clock.ts';
import { createSharedTokenStore } from './token-store.ts';

failOnUnhandledRejection();

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let redis: RedisServer;
let connections: RedisConnection[];
beforeEach(async () => {
  redis = await startRedisServer();
  connections = [];
});
afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await redis.kill();
});

/** Starts a process whose wall clock is ahead of that of Redis, which it knows, and may be set later. */
function startProcess(leadMs: number) {
  let ahead = leadMs;
  const clock = toPatientClock({ ...systemClock, now: () => systemClock.now() + ahead });
  const connection = connectRedis(toRedisAddress(redis.url), clock, { onError: () => undefined });
  connections.push(connection);
  const tokenStore = createSharedTokenStore({
    redis: connection,
    leases: createLeases(connection, 5000),
    clock: createSteadyClock(clock),
    redisTime: { offsetMs: () => -leadMs },
    fingerprint: 'vcc',
    shutdownSignal: new AbortController().signal,
  });
  let fetched = 0;
  /** Returns the milliseconds from now to the end of a token that lasts ten minutes. */
  async function readLifetime(): Promise<number> {
    const token = await tokenStore.getOrFetch({
      name: 'connect/token',
      secret: new Secret('client-secret'),
      isUsable: ({ renewAt }) => renewAt > clock.now(),
      fetch: () => {
        fetched += 1;
        const now = clock.now();
        return Promise.resolve({
          text: new Secret('t'),
          renewAt: now + 9 * MINUTE_MS,
          expiresAt: now + 10 * MINUTE_MS,
        });
      },
    });
    return token.expiresAt - clock.now();
  }
  return {
    readLifetime,
    fetched: () => fetched,
    setForward: (ms: number) => {
      ahead += ms;
    },
  };
}

/** The milliseconds after which Redis removes the only token, once it is stored. */
async function readTtl(): Promise<number> {
  const script = "local key = redis.call('KEYS', '*:token::*')[1] return key and redis.call('PTTL', key) or -1";
  for (;;) {
    const ttl = Number((await redis.command('EVAL', script, '0')).slice(1));
    if (ttl > 0) return ttl;
  }
}

test.each([
  ['ahead', HOUR_MS, 0],
  ['behind', -HOUR_MS, 0],
  ['ahead of one that is behind', HOUR_MS, -HOUR_MS],
])(
  'a token lasts as long for every process: the one that fetched it is %s',
  async (_name, writerLeadMs, readerLeadMs) => {
    const [writer, reader] = [startProcess(writerLeadMs), startProcess(readerLeadMs)];
    expect(await writer.readLifetime()).toBeGreaterThan(9 * MINUTE_MS);
    expect(await readTtl()).toBeGreaterThan(9 * MINUTE_MS);
    const lifetime = await reader.readLifetime();
    expect(lifetime).toBeGreaterThan(9 * MINUTE_MS);
    expect(lifetime).toBeLessThanOrEqual(10 * MINUTE_MS + 2);
    expect([writer.fetched(), reader.fetched()]).toEqual([1, 0]);
  },
);

test('a token lasts as long for a process whose clock is set forward meanwhile', async () => {
  const [writer, reader] = [startProcess(0), startProcess(0)];
  await writer.readLifetime();
  await readTtl();
  reader.setForward(HOUR_MS);
  expect(await reader.readLifetime()).toBeGreaterThan(9 * MINUTE_MS);
  expect(reader.fetched()).toBe(0);
});
