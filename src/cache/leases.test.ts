import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { toPatientClock, waitUntil } from '../../test/support/cache-harness.ts';
import { type FakeRedis, startFakeRedis } from '../../test/support/fake-redis.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { systemClock } from '../domain/clock.ts';
import { createLeases, type Leases } from './leases.ts';
import type { RedisClient } from './redis-client.ts';
import { connectRedis, type RedisConnection } from './redis.ts';

failOnUnhandledRejection();

let redis: FakeRedis;
let connection: RedisConnection;
let leases: Leases;
/** Operations that failed. */
let failures: string[];

beforeEach(async () => {
  redis = await startFakeRedis();
  failures = [];
  connection = connectRedis(toRedisAddress(redis.url), toPatientClock(systemClock), {
    onError: (operation) => failures.push(operation),
  });
  leases = createLeases(connection, 1000);
});

afterEach(async () => {
  await connection.close();
  await redis.close();
});

test('sends one command to acquire any number of leases, one to release them, and none to release none', async () => {
  const lease = await leases.acquire(['a', 'b', 'c']);
  lease.release([], []);
  lease.release(['a'], ['b', 'c']);
  await leases.acquire(['d']);
  expect(redis.commands).toEqual(['EVAL', 'EVAL', 'EVAL']);
});

describe('thousands of leases', () => {
  interface ScriptCall {
    readonly keys: readonly string[];
    readonly arguments: readonly string[];
  }

  /** Creates leases on a Redis that answers immediately; records the script calls and the timeouts. */
  function leasesOnStubRedis(reply: (keys: readonly string[]) => unknown) {
    const calls: ScriptCall[] = [];
    const timeouts: (number | undefined)[] = [];
    const client = {
      eval: (_script: string, options: ScriptCall) => {
        calls.push(options);
        return Promise.resolve(reply(options.keys));
      },
    } as unknown as RedisClient;
    const connectionStub: Pick<RedisConnection, 'tryRun' | 'fireAndForget'> = {
      tryRun: (_operation, _fallback, run, options) => {
        timeouts.push(options?.timeoutMs);
        return run(client);
      },
      fireAndForget: (_operation, run) => void run(client),
    };
    return { leases: createLeases(connectionStub as RedisConnection, 1000), calls, timeouts };
  }

  const keysUpTo = (count: number) => Array.from({ length: count }, (_, index) => `key ${index}`);
  const sizes = (calls: readonly ScriptCall[]) => calls.map(({ keys }) => keys.length);

  test('iterates over the granted positions once, not once per key', async () => {
    let iterations = 0;
    class Positions extends Array<number> {
      override [Symbol.iterator]() {
        iterations += 1;
        return super[Symbol.iterator]();
      }
    }
    const positions = Positions.of(...keysUpTo(1000).map((_, index) => index + 1));
    iterations = 0;
    const lease = await leasesOnStubRedis(() => positions).leases.acquire(keysUpTo(1000));
    expect(lease.granted.size).toBe(1000);
    expect(iterations).toBe(1);
  });

  test('acquires leases in chunks sent together, each with its own positions and its own timeout', async () => {
    const {
      leases: stubLeases,
      calls,
      timeouts,
    } = leasesOnStubRedis((keys) => keys.flatMap((_, i) => (i % 1000 === 0 ? [i + 1] : [])));
    const acquiring = stubLeases.acquire(keysUpTo(4500));
    expect(sizes(calls)).toEqual([2000, 2000, 500]);
    expect([...(await acquiring).granted]).toEqual(['key 0', 'key 1000', 'key 2000', 'key 3000', 'key 4000']);
    expect(timeouts).toEqual([300]);
  });

  test('releases leases in chunks, each with the number of its persisted keys', async () => {
    const { leases: stubLeases, calls } = leasesOnStubRedis(() => null);
    const lease = await stubLeases.acquire(keysUpTo(1));
    const [holder] = calls[0]?.arguments ?? [];
    calls.length = 0;
    const keys = keysUpTo(5000);
    lease.release(keys.slice(0, 2500), keys.slice(2500));
    expect(sizes(calls)).toEqual([2000, 2000, 1000]);
    // The number of persisted keys at the head of each chunk; zero or less means none.
    expect(calls.map((call) => call.arguments)).toEqual(
      ['2500', '500', '-1500'].map((persistedLeft) => [holder, persistedLeft, '500']),
    );
    expect(new Set(calls.flatMap((call) => call.keys)).size).toBe(5000);
  });
});

test('reports a failure to acquire or release under the name of that operation', async () => {
  const lease = await leases.acquire(['a']);
  redis.respondWith({ text: '-ERR something\r\n' });
  lease.release(['a'], []);
  await waitUntil(() => failures.length > 0);
  expect((await leases.acquire(['b'])).granted).toEqual(new Set(['b']));
  expect(failures).toEqual(['release', 'lease']);
});
