/** @needs redis-server */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAccountCache } from './account-cache.ts';
import { createLeases, type Leases } from './leases.ts';
import { createMemoryStore } from './memory-store.ts';
import { connectRedis, type RedisConnection as Connection } from './redis.ts';
import { createRedisStore } from './redis-store.ts';
import type { Store } from './store.ts';
import { createTwoLevelStore } from './two-level-store.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import {
  ACCOUNT,
  createCaller,
  failingWith,
  fetching,
  unexpectedFetch,
  toPatientClock,
  namespace,
  waitUntil,
  createStubVendor,
  vendorError,
} from '../../test/support/cache-harness.ts';

failOnUnhandledRejection();

/** Far longer than anything here takes, but for a dead holder's lease. */
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

/** A process of the gateway: memory and connection of its own. */
function startProcess(ttlMs = LEASE_TTL_MS, clock: Clock = toPatientClock(systemClock)) {
  const connection: Connection = connectRedis(redis.url, clock, { onError: () => undefined });
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

const countHeldLeases = async (): Promise<number> =>
  (await redis.command('KEYS', '*:lease::*')).match(/lease/g)?.length ?? 0;

describe('a key that no process has', () => {
  test('is fetched by one of them, however many ask in each', async () => {
    const [one, two] = [startProcess(), startProcess()];
    const { fetch, answer, calls } = createStubVendor();
    const all = [one, two].flatMap(({ cache }) =>
      Array.from({ length: 10 }, () => cache.readMany(namespace, ['a'], createCaller().context, fetch)),
    );
    await waitUntil(() => calls.length > 0);
    answer(0);
    const answers = (await Promise.all(all)).flat();
    expect(answers.map((outcome) => 'value' in outcome && outcome.value)).toEqual(Array(20).fill('A'));
    expect(calls).toHaveLength(1);
    expect([...one.reads, ...two.reads].filter((result) => result === 'miss')).toHaveLength(1);
    expect([...one.reads, ...two.reads]).toContain('shared_hit');
  });

  test('is a cached answer for whoever waited for another process, and is told as one', async () => {
    const [one, two] = [startProcess(), startProcess()];
    const { fetch, answer, calls } = createStubVendor();
    const first = one.cache.readMany(namespace, ['a'], createCaller().context, fetch);
    await waitUntil(() => calls.length > 0);
    const waiter = createCaller();
    const second = two.cache.readMany(namespace, ['a'], waiter.context, unexpectedFetch);
    answer(0);
    expect(await first).toMatchObject([{ servedFrom: 'VENDOR' }]);
    expect(await second).toMatchObject([{ value: 'A', servedFrom: 'CACHE' }]);
    expect(waiter.records).toMatchObject([{ outcome: 'OK', servedFrom: 'CACHE' }]);
  });

  test('of a batch, too: the batch is fetched as a whole, not half here and half there', async () => {
    const processes = [startProcess(), startProcess()];
    const keys = Array.from({ length: 300 }, (_, i) => `k${i}`);
    const { fetch, answer, calls } = createStubVendor();
    const all = processes.map(({ cache }) => cache.readMany(namespace, keys, createCaller().context, fetch));
    await waitUntil(() => calls.length > 0);
    answer(0);
    await Promise.all(all);
    expect(calls.map((call) => call.keys)).toEqual([keys]);
  });

  test('of two batches that overlap, every key is fetched once', async () => {
    const [one, two] = [startProcess(), startProcess()];
    const { fetch, answer, calls } = createStubVendor();
    const first = one.cache.readMany(namespace, ['a', 'b'], createCaller().context, fetch);
    await waitUntil(() => calls.length > 0);
    const second = two.cache.readMany(namespace, ['b', 'c'], createCaller().context, fetch);
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

  test('leaves no lease behind, and is no other process’s', async () => {
    const { cache, reads } = startProcess();
    await cache.readMany(namespace, ['a', 'b'], createCaller().context, () =>
      Promise.resolve(['A', 'B'].map((value) => ({ value, ttlSeconds: 60 }))),
    );
    expect(reads).toEqual(['miss']);
    await waitUntil(async () => (await countHeldLeases()) === 0);
  });
});

describe('a fetch that leaves nothing to share does not keep the others waiting', () => {
  test.each<[string, Parameters<ReturnType<typeof startProcess>['cache']['readMany']>[3]]>([
    ['one that failed', failingWith(vendorError())],
    ['an answer that is not kept', fetching('mine', 0)],
  ])('%s', async (_name, outcome) => {
    const [one, two, three] = [startProcess(), startProcess(), startProcess()];
    const gate = Promise.withResolvers<undefined>();
    let begun = false;
    const first = one.cache.readMany(namespace, ['a'], createCaller().context, async (keys, context) => {
      begun = true;
      await gate.promise;
      return (await outcome(keys, context)) as never;
    });
    await waitUntil(() => begun);
    const others = [two, three].map(({ cache }) =>
      cache.readMany(namespace, ['a'], createCaller().context, fetching('own', 0)),
    );
    gate.resolve(undefined);
    await first;
    expect(await Promise.all(others)).toMatchObject([[{ value: 'own' }], [{ value: 'own' }]]);
  });

  test('one whose queries have all gone', async () => {
    const [one, two] = [startProcess(), startProcess()];
    const { calls } = createStubVendor();
    const leaving = createCaller();
    let cancelled = false;
    const first = one.cache
      .readMany(namespace, ['a'], leaving.context, async (keys, context) => {
        calls.push({ keys, context });
        await new Promise((resolve) => {
          context.signal.addEventListener('abort', resolve);
        });
        cancelled = true;
        throw vendorError('VENDOR_TIMEOUT');
      })
      .catch(() => 'gone');
    await waitUntil(() => calls.length > 0);
    const second = two.cache.readMany(namespace, ['a'], createCaller().context, fetching('own'));
    leaving.abort();
    expect(await first).toBe('gone');
    expect(await second).toMatchObject([{ value: 'own' }]);
    expect(cancelled).toBe(true);
  });

  test('whoever goes while waiting for another process just goes', async () => {
    const [one, two] = [startProcess(), startProcess()];
    await one.leases.acquire([idOfA]);
    const leaving = createCaller();
    const gone = two.cache
      .readMany(namespace, ['a'], leaving.context, unexpectedFetch)
      .catch((error: unknown) => error);
    await waitUntil(() => two.reads.length === 0);
    leaving.abort();
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
  });
});

/** The name of the key `a` in the cache. */
const idOfA = JSON.stringify(['KORE', 'kore-main', '', 'agentstatusdetails', 1, 'a']);

describe('a holder that dies', () => {
  test('is waited for as long as its lease lasts; then the next one fetches', async () => {
    const ttlMs = 400;
    const dead = startProcess(ttlMs);
    expect((await dead.leases.acquire([idOfA])).granted).toEqual(new Set([idOfA]));
    const begun = performance.now();
    const { cache } = startProcess(LEASE_TTL_MS);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
      { value: 'A' },
    ]);
    expect(performance.now() - begun).toBeGreaterThan(ttlMs / 2);
  });

  test('is waited for no longer than the waiter’s own lease would last', async () => {
    const dead = startProcess(LEASE_TTL_MS);
    await dead.leases.acquire([idOfA]);
    const { cache } = startProcess(200);
    const begun = performance.now();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
      { value: 'A' },
    ]);
    expect(performance.now() - begun).toBeLessThan(LEASE_TTL_MS / 3);
  });

  test('does not end a lease that is another’s by now', async () => {
    const [one, two] = [startProcess(50), startProcess()];
    const expired = await one.leases.acquire([idOfA]);
    await waitUntil(async () => (await countHeldLeases()) === 0);
    await two.leases.acquire([idOfA]);
    expired.release([idOfA], []);
    expired.release([], [idOfA]);
    expect((await one.leases.acquire([idOfA])).granted).toEqual(new Set());
  });
});

describe('trouble with Redis', () => {
  /** A process whose connection is up. */
  async function connected(clock: Clock = toPatientClock(systemClock)) {
    const one = startProcess(LEASE_TTL_MS, clock);
    await waitUntil(async () => {
      await one.store.set('probe', { value: 1, fetchedAt: 0, freshUntil: 0, expiresAt: Date.now() + 60_000 });
      return (await redis.command('KEYS', '*entry*')).includes('entry');
    });
    return one;
  }

  test('frozen: the vendor is asked, after a tenth of a second', async () => {
    const { cache } = await connected(systemClock);
    redis.freeze();
    const begun = performance.now();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
      { value: 'A' },
    ]);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test('killed while another process is waited for: it is not waited for any longer', async () => {
    const [one, two] = [await connected(), await connected()];
    await one.leases.acquire([idOfA]);
    const read = two.cache.readMany(namespace, ['a'], createCaller().context, fetching('A'));
    await redis.kill();
    expect(await read).toMatchObject([{ value: 'A' }]);
  });

  test('a lease that is granted too late is given back', async () => {
    const one = await connected(systemClock);
    redis.freeze();
    expect((await one.leases.acquire([idOfA])).granted).toEqual(new Set([idOfA]));
    redis.thaw();
    // It may have been granted by now or not; in the end nobody holds it.
    const two = startProcess();
    await waitUntil(async () => (await two.leases.acquire([idOfA])).granted.size === 1);
  });
});
