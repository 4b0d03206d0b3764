import { afterEach, beforeEach } from '@jest/globals';
import { connectRedis, type RedisConnection as Connection } from '../../src/cache/redis.ts';
import { createRedisStore } from '../../src/cache/redis-store.ts';
import type { Entry, Store } from '../../src/cache/store.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { failOnUnhandledRejection } from './unhandled-rejections.ts';

/** For whom a tenth of a second is longer, so that a busy machine changes nothing about what is found. */
export const patientClock: Clock = {
  ...systemClock,
  setTimer: (ms, callback) => systemClock.setTimer(ms * 50, callback),
};

/** A Redis anew for every test, and stores upon it. */
export function createRedisStores() {
  let redis: RedisServer;
  const open: Pick<Store, 'close'>[] = [];
  /** Operations that failed, and why. */
  const errors: [string, unknown][] = [];
  const observer = { onError: (operation: string, error: unknown) => errors.push([operation, error]) };

  beforeEach(async () => {
    redis = await startRedisServer();
    errors.length = 0;
  });
  afterEach(async () => {
    redis.thaw();
    await Promise.all(open.splice(0).map((store) => store.close()));
    await redis.kill();
  });
  failOnUnhandledRejection();

  return {
    redis: () => redis,
    errors,
    /** A connection without a store upon it. */
    bareConnection: (clock: Clock): Connection => {
      const connection = connectRedis(redis.url, clock, observer);
      open.push(connection);
      return connection;
    },
    connect: (clock: Clock = systemClock, url = redis.url): Store => {
      const store = createRedisStore(connectRedis(url, clock, observer), clock);
      open.push(store);
      return store;
    },
    /** Names of all keys, as Redis has them. */
    keyNames: async (): Promise<readonly string[]> =>
      (await redis.command('KEYS', '*')).split('\r\n').filter((line) => line.includes('switchboard')),
  };
}

export function entry(value: unknown, now = Date.now()): Entry {
  return { value, fetchedAt: now, freshUntil: now + 10_000, expiresAt: now + 60_000 };
}

/** Reads again and again until it is there, as a gateway would, or time is up. */
export async function readEventually(store: Store, key: string, within: number): Promise<Entry | undefined> {
  for (const until = Date.now() + within; Date.now() < until;) {
    const [found] = await store.getMany([key]);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

/** Writes again and again until another store reads it, for writes are never waited for. */
export async function writeUntilReadable(store: Store, key: string, value: Entry, within: number): Promise<boolean> {
  for (const until = Date.now() + within; Date.now() < until;) {
    void store.set(key, value);
    if (await readEventually(store, key, 100)) return true;
  }
  return false;
}
