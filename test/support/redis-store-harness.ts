import { afterEach, beforeEach } from '@jest/globals';
import { createRedisStore } from '../../src/cache/redis-store.ts';
import { connectRedis, type RedisConnection as Connection } from '../../src/cache/redis.ts';
import type { Entry, Store } from '../../src/cache/store.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { toRedisAddress } from './redis-address.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { failOnUnhandledRejection } from './unhandled-rejections.ts';

/** Extends the 100 ms timeout of Redis, so that the load of the machine does not change the result. */
export const patientClock: Clock = {
  ...systemClock,
  setTimer: (ms, callback) => systemClock.setTimer(ms * 50, callback),
};

/** Starts a Redis server for each test, and creates stores on it. */
export function createRedisStores() {
  let redis: RedisServer;
  const open: Pick<Store, 'close'>[] = [];
  /** The failed operations with their reasons. */
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
    /** Creates a connection without a store. */
    bareConnection: (clock: Clock): Connection => {
      const connection = connectRedis(toRedisAddress(redis.url), clock, observer);
      open.push(connection);
      return connection;
    },
    connect: (clock: Clock = systemClock, url = redis.url): Store => {
      const store = createRedisStore(connectRedis(toRedisAddress(url), clock, observer), clock);
      open.push(store);
      return store;
    },
    /** Returns the names of all keys in Redis. */
    keyNames: async (): Promise<readonly string[]> =>
      (await redis.command('KEYS', '*')).split('\r\n').filter((line) => line.includes('switchboard')),
  };
}

export function entry(value: unknown, now = Date.now()): Entry {
  return { value, fetchedAt: now, freshUntil: now + 10_000, expiresAt: now + 60_000 };
}

/** Reads repeatedly until the value is there, or the time is up. */
export async function readEventually(store: Store, key: string, within: number): Promise<Entry | undefined> {
  for (const until = Date.now() + within; Date.now() < until;) {
    const [value] = await store.getMany([key]);
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

/** Writes repeatedly until another store reads the value, because no caller waits for writes. */
export async function writeUntilReadable(store: Store, key: string, value: Entry, within: number): Promise<boolean> {
  for (const until = Date.now() + within; Date.now() < until;) {
    void store.set(key, value);
    if (await readEventually(store, key, 100)) return true;
  }
  return false;
}
