import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLeases, type Leases } from './leases.ts';
import { connectRedis, type RedisConnection, type RedisClient } from './redis.ts';
import { systemClock } from '../domain/clock.ts';
import { type FakeRedis, startFakeRedis } from '../../test/support/fake-redis.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { toPatientClock, waitUntil } from '../../test/support/cache-harness.ts';

failOnUnhandledRejection();

let redis: FakeRedis;
let connection: RedisConnection;
let leases: Leases;
/** Operations that failed. */
let failures: string[];

beforeEach(async () => {
  redis = await startFakeRedis();
  failures = [];
  connection = connectRedis(redis.url, toPatientClock(systemClock), {
    onError: (operation) => failures.push(operation),
  });
  leases = createLeases(connection, 1000);
});

afterEach(async () => {
  await connection.close();
  await redis.close();
});

test('Redis is asked once to take any number of leases, once to end them, and not at all to end none', async () => {
  const lease = await leases.acquire(['a', 'b', 'c']);
  lease.release([], []);
  lease.release(['a'], ['b', 'c']);
  await leases.acquire(['d']);
  expect(redis.commands).toEqual(['EVAL', 'EVAL', 'EVAL']);
});

describe('a great many leases', () => {
  interface ScriptCall {
    readonly keys: readonly string[];
    readonly arguments: readonly string[];
  }

  /** Leases from a Redis that answers at once; what it was asked, and how long it might have taken. */
  function leasesOnStubRedis(reply: (keys: readonly string[]) => unknown) {
    const asked: ScriptCall[] = [];
    const patience: (number | undefined)[] = [];
    const client = {
      eval: (_script: string, options: ScriptCall) => {
        asked.push(options);
        return Promise.resolve(reply(options.keys));
      },
    } as unknown as RedisClient;
    const answers: Pick<RedisConnection, 'tryRun' | 'fireAndForget'> = {
      tryRun: (_operation, _fallback, run, options) => {
        patience.push(options?.timeoutMs);
        return run(client);
      },
      fireAndForget: (_operation, run) => void run(client),
    };
    return { leases: createLeases(answers as RedisConnection, 1000), asked, patience };
  }

  const keysUpTo = (count: number) => Array.from({ length: count }, (_, index) => `key ${index}`);
  const sizes = (asked: readonly ScriptCall[]) => asked.map(({ keys }) => keys.length);

  test('which were granted is looked through once, not once a key', async () => {
    let walks = 0;
    class Positions extends Array<number> {
      override [Symbol.iterator]() {
        walks += 1;
        return super[Symbol.iterator]();
      }
    }
    const positions = Positions.of(...keysUpTo(1000).map((_, index) => index + 1));
    walks = 0;
    const lease = await leasesOnStubRedis(() => positions).leases.acquire(keysUpTo(1000));
    expect(lease.granted.size).toBe(1000);
    expect(walks).toBe(1);
  });

  test('are taken in portions, each with its own positions and its own time, all in one go', async () => {
    const {
      leases: many,
      asked,
      patience,
    } = leasesOnStubRedis((keys) => keys.flatMap((_, i) => (i % 1000 === 0 ? [i + 1] : [])));
    const taking = many.acquire(keysUpTo(4500));
    expect(sizes(asked)).toEqual([2000, 2000, 500]);
    expect([...(await taking).granted]).toEqual(['key 0', 'key 1000', 'key 2000', 'key 3000', 'key 4000']);
    expect(patience).toEqual([300]);
  });

  test('end in portions, each with those of its keys that are kept', async () => {
    const { leases: many, asked } = leasesOnStubRedis(() => null);
    const lease = await many.acquire(keysUpTo(1));
    const [holder] = asked[0]?.arguments ?? [];
    asked.length = 0;
    const keys = keysUpTo(5000);
    lease.release(keys.slice(0, 2500), keys.slice(2500));
    expect(sizes(asked)).toEqual([2000, 2000, 1000]);
    // How many of the first keys of a portion are kept; none where that is not above zero.
    expect(asked.map((one) => one.arguments)).toEqual(['2500', '500', '-1500'].map((kept) => [holder, kept, '150']));
    expect(new Set(asked.flatMap((one) => one.keys)).size).toBe(5000);
  });
});

test('a lease that cannot be taken or ended is a failure of that operation', async () => {
  const lease = await leases.acquire(['a']);
  redis.respondWith({ text: '-ERR something\r\n' });
  lease.release(['a'], []);
  await waitUntil(() => failures.length > 0);
  expect((await leases.acquire(['b'])).granted).toEqual(new Set(['b']));
  expect(failures).toEqual(['release', 'lease']);
});
