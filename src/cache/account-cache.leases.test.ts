/** @needs redis-server */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ACCOUNT,
  createCaller,
  createStubVendor,
  failingWith,
  fetching,
  namespace,
  TIMEOUT_TURN_MS,
  toPatientClock,
  unexpectedFetch,
  vendorError,
  waitUntil,
} from '../../test/support/cache-harness.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { createAccountCache } from './account-cache.ts';
import type { BatchFetchFn } from './cache.ts';
import { createLeases, type Leases } from './leases.ts';
import { createMemoryStore } from './memory-store.ts';
import { createRedisStore } from './redis-store.ts';
import { connectRedis, type RedisConnection as Connection } from './redis.ts';
import type { Store } from './store.ts';
import { createTwoLevelStore } from './two-level-store.ts';

failOnUnhandledRejection();

/** Far longer than any test here takes, except for a dead holder's lease. */
const LEASE_TTL_MS = 30_000;

let redis: RedisServer;
let open: Store[];

beforeEach(async () => {
  redis = await startRedisServer();
  open = [];
});

afterEach(async () => {
  redis.thaw();
  await Promise.all(open.map((store) => store.close()));
  await redis.kill();
});

/** Starts a process of the gateway, with its own memory and connection. */
function startProcess(ttlMs = LEASE_TTL_MS, clock: Clock = toPatientClock(systemClock)) {
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
}

async function redisKeyOfLease(): Promise<string> {
  return /switchboard:\S+:lease::\S+/.exec(await redis.command('KEYS', '*:lease::*'))?.[0] ?? '';
}

async function countHeldLeases(): Promise<number> {
  return (await redis.command('KEYS', '*:lease::*')).match(/lease/g)?.length ?? 0;
}

describe('single-flight in the fleet', () => {
  test('fetches a missing key in one process only, for many concurrent readers in each', async () => {
    const [processA, processB] = [startProcess(), startProcess()];
    const { fetch, answer, calls } = createStubVendor();
    const reads = [processA, processB].flatMap(({ cache }) =>
      Array.from({ length: 10 }, () => cache.readMany(namespace, ['a'], createCaller().context, fetch)),
    );
    await waitUntil(() => calls.length > 0);
    answer(0);
    const results = (await Promise.all(reads)).flat();
    expect(results.map((result) => 'value' in result && result.value)).toEqual(Array(20).fill('A'));
    expect(calls).toHaveLength(1);
    expect([...processA.reads, ...processB.reads].filter((result) => result === 'miss')).toHaveLength(1);
    expect([...processA.reads, ...processB.reads]).toContain('shared_hit');
  });

  test('returns and records a value fetched by another process as cached', async () => {
    const [processA, processB] = [startProcess(), startProcess()];
    const { fetch, answer, calls } = createStubVendor();
    const first = processA.cache.readMany(namespace, ['a'], createCaller().context, fetch);
    await waitUntil(() => calls.length > 0);
    const caller = createCaller();
    const second = processB.cache.readMany(namespace, ['a'], caller.context, unexpectedFetch);
    answer(0);
    expect(await first).toMatchObject([{ servedFrom: 'VENDOR' }]);
    expect(await second).toMatchObject([{ value: 'A', servedFrom: 'CACHE' }]);
    expect(caller.records).toMatchObject([{ outcome: 'OK', servedFrom: 'CACHE' }]);
  });

  test('fetches a batch in one process, not half of it in each', async () => {
    const processes = [startProcess(), startProcess()];
    const keys = Array.from({ length: 300 }, (_, i) => `k${i}`);
    const { fetch, answer, calls } = createStubVendor();
    const reads = processes.map(({ cache }) => cache.readMany(namespace, keys, createCaller().context, fetch));
    await waitUntil(() => calls.length > 0);
    answer(0);
    await Promise.all(reads);
    expect(calls.map((call) => call.keys)).toEqual([keys]);
  });

  test('fetches every key of two overlapping batches once', async () => {
    const [processA, processB] = [startProcess(), startProcess()];
    const { fetch, answer, calls } = createStubVendor();
    const first = processA.cache.readMany(namespace, ['a', 'b'], createCaller().context, fetch);
    await waitUntil(() => calls.length > 0);
    const second = processB.cache.readMany(namespace, ['b', 'c'], createCaller().context, fetch);
    await waitUntil(() => calls.length > 1);
    answer(1);
    answer(0);
    expect(await first).toMatchObject([{ value: 'A' }, { value: 'B' }]);
    expect(await second).toMatchObject([
      { value: 'B', servedFrom: 'CACHE' },
      { value: 'C', servedFrom: 'VENDOR' },
    ]);
    expect(calls.map(({ keys }) => keys)).toEqual([['a', 'b'], ['c']]);
  });

  test('leaves no lease behind and records a fetch of its own as a miss', async () => {
    const { cache, reads } = startProcess();
    await cache.readMany(namespace, ['a', 'b'], createCaller().context, () =>
      Promise.resolve(['A', 'B'].map((value) => ({ value, ttlSeconds: 60 }))),
    );
    expect(reads).toEqual(['miss']);
    await waitUntil(async () => (await countHeldLeases()) === 0);
  });
});

test('shares each value of a batch with another process as soon as it is reported', async () => {
  const [holder, waiter] = [startProcess(), startProcess()];
  const { fetch, calls, report, answer } = createStubVendor();
  const batch = holder.cache.readMany(namespace, ['a', 'b'], createCaller().context, fetch);
  await waitUntil(() => calls.length > 0);
  const other = waiter.cache.readMany(namespace, ['a', 'b'], createCaller().context, unexpectedFetch);
  const joined = waiter.cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch);
  report(0, 'a');
  expect(await joined).toMatchObject([{ value: 'A' }]);
  answer(0);
  const values = [{ value: 'A' }, { value: 'B' }];
  expect(await Promise.all([batch, other])).toMatchObject([values, values]);
});

describe('a fetch without a value to share', () => {
  test.each<[string, BatchFetchFn<string, string>]>([
    ['a fetch that failed', failingWith(vendorError())],
    ['a value that is not cached', fetching('mine', 0)],
  ])('lets waiting processes fetch immediately after %s', async (_name, outcome) => {
    const [holder, waiter, otherWaiter] = [startProcess(), startProcess(), startProcess()];
    const gate = Promise.withResolvers<undefined>();
    let started = false;
    const first = holder.cache.readMany(namespace, ['a'], createCaller().context, async (...parameters) => {
      started = true;
      await gate.promise;
      return outcome(...parameters);
    });
    await waitUntil(() => started);
    const others = [waiter, otherWaiter].map(({ cache }) =>
      cache.readMany(namespace, ['a'], createCaller().context, fetching('own', 0)),
    );
    gate.resolve(undefined);
    await first;
    expect(await Promise.all(others)).toMatchObject([[{ value: 'own' }], [{ value: 'own' }]]);
  });

  test('lets a waiting process fetch after all readers of the lease holder aborted', async () => {
    const [processA, processB] = [startProcess(), startProcess()];
    const { calls } = createStubVendor();
    const leaving = createCaller();
    let cancelled = false;
    const first = processA.cache
      .readMany(namespace, ['a'], leaving.context, async (keys, context, onFetched) => {
        calls.push({ keys, context, onFetched });
        await new Promise((resolve) => {
          context.signal.addEventListener('abort', resolve);
        });
        cancelled = true;
        throw vendorError('VENDOR_TIMEOUT');
      })
      .catch(() => 'aborted');
    await waitUntil(() => calls.length > 0);
    const second = processB.cache.readMany(namespace, ['a'], createCaller().context, fetching('own'));
    leaving.abort();
    expect(await first).toBe('aborted');
    expect(await second).toMatchObject([{ value: 'own' }]);
    expect(cancelled).toBe(true);
  });

  test('rejects a reader that aborts while it waits for another process', async () => {
    const [processA, processB] = [startProcess(), startProcess()];
    await processA.leases.acquire([idOfA]);
    const leaving = createCaller();
    const rejection = processB.cache
      .readMany(namespace, ['a'], leaving.context, unexpectedFetch)
      .catch((error: unknown) => error);
    await waitUntil(() => processB.reads.length === 0);
    leaving.abort();
    expect(await rejection).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
  });
});

/** The entry id of the key `a`. */
const idOfA = JSON.stringify(['KORE', 'kore-main', '', 'agentstatusdetails', 1, 'a']);

test('makes one call among three processes for a fetch that lasts many times as long as a lease', async () => {
  const leaseTtlMs = 1000;
  const processes = [startProcess(leaseTtlMs), startProcess(leaseTtlMs), startProcess(leaseTtlMs)];
  const { fetch, answer, calls } = createStubVendor();
  const reads = processes.map(({ cache }) => cache.readMany(namespace, ['a'], createCaller().context, fetch));
  await waitUntil(() => calls.length > 0);
  const startedAt = performance.now();
  await waitUntil(() => performance.now() - startedAt > 3 * leaseTtlMs);
  answer(0);
  expect((await Promise.all(reads)).flat()).toMatchObject([{ value: 'A' }, { value: 'A' }, { value: 'A' }]);
  expect(calls).toHaveLength(1);
});

describe('a lease holder that dies', () => {
  test('waits for a dead lease holder until its lease expires, then fetches', async () => {
    const dead = startProcess();
    expect((await dead.leases.acquire([idOfA])).granted).toEqual(new Set([idOfA]));
    const key = await redisKeyOfLease();
    const deadHolder = await redis.command('GET', key);
    let holderAtFetch: string | undefined;
    const { cache } = startProcess(LEASE_TTL_MS);
    const read = cache.readMany(namespace, ['a'], createCaller().context, async () => {
      holderAtFetch = await redis.command('GET', key);
      return [{ value: 'A', ttlSeconds: 60 }];
    });
    // Nobody renews it: its time is up at once, and not some seconds later.
    await redis.command('PEXPIRE', key, '1');
    expect(await read).toMatchObject([{ value: 'A' }]);
    expect(holderAtFetch).toContain('$36');
    expect(holderAtFetch).not.toBe(deadHolder);
  });

  test('does not renew a lease that another process holds now', async () => {
    const [processA, processB] = [startProcess(), startProcess(2000)];
    const lost = await processA.leases.acquire([idOfA]);
    await redis.command('DEL', await redisKeyOfLease());
    await processB.leases.acquire([idOfA]);
    lost.renew([idOfA]);
    expect((await processA.leases.acquire([idOfA])).granted).toEqual(new Set());
    expect(Number((await redis.command('PTTL', await redisKeyOfLease())).slice(1))).toBeLessThanOrEqual(2000);
  });

  test('does not release an expired lease that another process holds now', async () => {
    const [processA, processB] = [startProcess(50), startProcess()];
    const expired = await processA.leases.acquire([idOfA]);
    await waitUntil(async () => (await countHeldLeases()) === 0);
    await processB.leases.acquire([idOfA]);
    expired.release([idOfA], []);
    expired.release([], [idOfA]);
    expect((await processA.leases.acquire([idOfA])).granted).toEqual(new Set());
  });
});

describe('Redis failures', () => {
  /** Counts the turns of timeouts of Redis from some moment on; from then on, they elapse at once. */
  function createTimeoutCounter() {
    let turns: number | null = null;
    const patient = toPatientClock(systemClock);
    const clock: Clock = {
      ...patient,
      setTimer: (ms, callback) => {
        if (turns === null || ms !== TIMEOUT_TURN_MS) return patient.setTimer(ms, callback);
        turns += 1;
        return systemClock.setTimer(0, callback);
      },
    };
    return { clock, startCounting: () => (turns = 0), turns: () => turns ?? 0 };
  }

  /** Starts a process and waits for its connection. */
  async function startConnectedProcess(clock: Clock = toPatientClock(systemClock)) {
    const gateway = startProcess(LEASE_TTL_MS, clock);
    await waitUntil(async () => {
      await gateway.store.set('probe', { value: 1, fetchedAt: 0, freshUntil: 0, expiresAt: Date.now() + 60_000 });
      return (await redis.command('KEYS', '*entry*')).includes('entry');
    });
    return gateway;
  }

  test('calls the vendor after 100 ms when Redis is frozen', async () => {
    const { clock, startCounting, turns } = createTimeoutCounter();
    const { cache } = await startConnectedProcess(clock);
    redis.freeze();
    startCounting();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
      { value: 'A' },
    ]);
    expect(turns() * TIMEOUT_TURN_MS).toBe(100);
  });

  test('stops waiting for another process when Redis is killed', async () => {
    const [processA, processB] = [await startConnectedProcess(), await startConnectedProcess()];
    await processA.leases.acquire([idOfA]);
    const read = processB.cache.readMany(namespace, ['a'], createCaller().context, fetching('A'));
    await redis.kill();
    expect(await read).toMatchObject([{ value: 'A' }]);
  });

  test('releases a lease that Redis grants too late', async () => {
    const processA = await startConnectedProcess(systemClock);
    redis.freeze();
    expect((await processA.leases.acquire([idOfA])).granted).toEqual(new Set([idOfA]));
    redis.thaw();
    // Whether it has been granted by now or not, in the end no process holds it.
    const processB = startProcess();
    await waitUntil(async () => (await processB.leases.acquire([idOfA])).granted.size === 1);
  });
});
