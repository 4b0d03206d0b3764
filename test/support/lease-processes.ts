import { afterEach, beforeEach } from '@jest/globals';
import { createAccountCache } from '../../src/cache/account-cache.ts';
import { createLeases, type Leases } from '../../src/cache/leases.ts';
import { createMemoryStore } from '../../src/cache/memory-store.ts';
import { createRedisStore } from '../../src/cache/redis-store.ts';
import { connectRedis, type RedisConnection as Connection } from '../../src/cache/redis.ts';
import type { Store } from '../../src/cache/store.ts';
import { createTwoLevelStore } from '../../src/cache/two-level-store.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { ACCOUNT, toPatientClock } from './cache-harness.ts';
import { toRedisAddress } from './redis-address.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { failOnUnhandledRejection } from './unhandled-rejections.ts';

/** Far longer than any test takes. */
export const LEASE_TTL_MS = 30_000;

/** The entry id of the key `a`. */
export const idOfA = JSON.stringify(['KORE', 'kore-main', '', 'agentstatusdetails', 1, 'a']);

/** Starts a Redis server for each test, and processes of the gateway that share it. */
export function createLeaseProcesses() {
  let redis: RedisServer;
  const open: Store[] = [];
  beforeEach(async () => {
    redis = await startRedisServer();
  });
  afterEach(async () => {
    redis.thaw();
    await Promise.all(open.splice(0).map((store) => store.close()));
    await redis.kill();
  });
  failOnUnhandledRejection();

  return {
    redis: () => redis,
    /** Starts a process of the gateway, with its own memory and connection. */
    startProcess: (ttlMs = LEASE_TTL_MS, clock: Clock = toPatientClock(systemClock)) => {
      const connection: Connection = connectRedis(toRedisAddress(redis.url), clock, { onError: () => undefined });
      const store = createTwoLevelStore(createMemoryStore(1_000_000), createRedisStore(connection, clock), clock);
      open.push(store);
      const reads: string[] = [];
      const leases: Leases = createLeases(connection, ttlMs);
      const cache = createAccountCache({
        account: ACCOUNT,
        store,
        leases,
        clock,
        staleIfErrorSeconds: 600,
        onRead: (_endpoint, result) => reads.push(result),
      });
      return { cache, reads, leases, store };
    },
    redisKeyOfLease: async (): Promise<string> =>
      /switchboard:\S+:lease::\S+/.exec(await redis.command('KEYS', '*:lease::*'))?.[0] ?? '',
    countHeldLeases: async (): Promise<number> =>
      (await redis.command('KEYS', '*:lease::*')).match(/lease/g)?.length ?? 0,
  };
}
