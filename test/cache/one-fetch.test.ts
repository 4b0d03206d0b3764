import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAccountCache } from '../../src/cache/account-cache.ts';
import { createLeases, type Leases } from '../../src/cache/leases.ts';
import { createMemoryStore } from '../../src/cache/memory-store.ts';
import { connectRedis, type Redis as Connection } from '../../src/cache/redis.ts';
import { createSharedStore } from '../../src/cache/shared-store.ts';
import type { Store } from '../../src/cache/store.ts';
import { createTwoLevelStore } from '../../src/cache/two-level-store.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { type Redis, startRedis } from '../support/redis.ts';
import { failOnUnhandled } from '../support/unhandled.ts';
import { ACCOUNT, caller, failing, fresh, never, patient, space, until, vendor, vendorError } from './support.ts';

failOnUnhandled();

/** Far longer than anything here takes, but for a dead holder's lease. */
const LONG = 30_000;

let redis: Redis;
let open: Store[];

beforeEach(async () => {
  redis = await startRedis();
  open = [];
});

afterEach(async () => {
  redis.thaw();
  await Promise.all(open.map((store) => store.close()));
  await redis.kill();
});

/** A process of the gateway: memory and connection of its own. */
function startProcess(lastMs = LONG, clock: Clock = patient(systemClock)) {
  const connection: Connection = connectRedis(redis.url, clock, { onError: () => undefined });
  const store = createTwoLevelStore(createMemoryStore(1_000_000), createSharedStore(connection, clock), clock);
  open.push(store);
  const reads: string[] = [];
  const leases: Leases = createLeases(connection, lastMs);
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

const leasesHeld = async (): Promise<number> =>
  (await redis.command('KEYS', '*:lease::*')).match(/lease/g)?.length ?? 0;

describe('a key that no process has', () => {
  test('is fetched by one of them, however many ask in each', async () => {
    const [one, two] = [startProcess(), startProcess()];
    const { fetch, answer, calls } = vendor();
    const all = [one, two].flatMap(({ cache }) =>
      Array.from({ length: 10 }, () => cache.readMany(space, ['a'], caller().scope, fetch)),
    );
    await until(() => calls.length > 0);
    answer(0);
    const answers = (await Promise.all(all)).flat();
    expect(answers.map((outcome) => 'value' in outcome && outcome.value)).toEqual(Array(20).fill('A'));
    expect(calls).toHaveLength(1);
    expect([...one.reads, ...two.reads].filter((result) => result === 'miss')).toHaveLength(1);
    expect([...one.reads, ...two.reads]).toContain('fleet');
  });

  test('is a cached answer for whoever waited for another process, and is told as one', async () => {
    const [one, two] = [startProcess(), startProcess()];
    const { fetch, answer, calls } = vendor();
    const first = one.cache.readMany(space, ['a'], caller().scope, fetch);
    await until(() => calls.length > 0);
    const waiter = caller();
    const second = two.cache.readMany(space, ['a'], waiter.scope, never);
    answer(0);
    expect(await first).toMatchObject([{ servedFrom: 'VENDOR' }]);
    expect(await second).toMatchObject([{ value: 'A', servedFrom: 'CACHE' }]);
    expect(waiter.records).toMatchObject([{ outcome: 'OK', servedFrom: 'CACHE' }]);
  });

  test('of a batch, too: the batch is fetched as a whole, not half here and half there', async () => {
    const processes = [startProcess(), startProcess()];
    const keys = Array.from({ length: 300 }, (_, i) => `k${i}`);
    const { fetch, answer, calls } = vendor();
    const all = processes.map(({ cache }) => cache.readMany(space, keys, caller().scope, fetch));
    await until(() => calls.length > 0);
    answer(0);
    await Promise.all(all);
    expect(calls.map((call) => call.keys)).toEqual([keys]);
  });

  test('of two batches that overlap, every key is fetched once', async () => {
    const [one, two] = [startProcess(), startProcess()];
    const { fetch, answer, calls } = vendor();
    const first = one.cache.readMany(space, ['a', 'b'], caller().scope, fetch);
    await until(() => calls.length > 0);
    const second = two.cache.readMany(space, ['b', 'c'], caller().scope, fetch);
    await until(() => calls.length > 1);
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
    await cache.readMany(space, ['a', 'b'], caller().scope, () =>
      Promise.resolve(['A', 'B'].map((value) => ({ value, ttlSeconds: 60 }))),
    );
    expect(reads).toEqual(['miss']);
    await until(async () => (await leasesHeld()) === 0);
  });
});

describe('a fetch that leaves nothing to share does not keep the others waiting', () => {
  test.each<[string, Parameters<ReturnType<typeof startProcess>['cache']['readMany']>[3]]>([
    ['one that failed', failing(vendorError())],
    ['an answer that is not kept', fresh('mine', 0)],
  ])('%s', async (_name, outcome) => {
    const [one, two, three] = [startProcess(), startProcess(), startProcess()];
    const gate = Promise.withResolvers<undefined>();
    let begun = false;
    const first = one.cache.readMany(space, ['a'], caller().scope, async (keys, scope) => {
      begun = true;
      await gate.promise;
      return (await outcome(keys, scope)) as never;
    });
    await until(() => begun);
    const others = [two, three].map(({ cache }) => cache.readMany(space, ['a'], caller().scope, fresh('own', 0)));
    gate.resolve(undefined);
    await first;
    expect(await Promise.all(others)).toMatchObject([[{ value: 'own' }], [{ value: 'own' }]]);
  });

  test('one whose queries have all gone', async () => {
    const [one, two] = [startProcess(), startProcess()];
    const { calls } = vendor();
    const leaving = caller();
    let cancelled = false;
    const first = one.cache
      .readMany(space, ['a'], leaving.scope, async (keys, scope) => {
        calls.push({ keys, scope });
        await new Promise((resolve) => {
          scope.signal.addEventListener('abort', resolve);
        });
        cancelled = true;
        throw vendorError('VENDOR_TIMEOUT');
      })
      .catch(() => 'gone');
    await until(() => calls.length > 0);
    const second = two.cache.readMany(space, ['a'], caller().scope, fresh('own'));
    leaving.go();
    expect(await first).toBe('gone');
    expect(await second).toMatchObject([{ value: 'own' }]);
    expect(cancelled).toBe(true);
  });

  test('whoever goes while waiting for another process just goes', async () => {
    const [one, two] = [startProcess(), startProcess()];
    await one.leases.take([idOfA]);
    const leaving = caller();
    const gone = two.cache.readMany(space, ['a'], leaving.scope, never).catch((error: unknown) => error);
    await until(() => two.reads.length === 0);
    leaving.go();
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
  });
});

/** The name of the key `a` in the cache. */
const idOfA = JSON.stringify(['KORE', 'kore-main', '', 'agentstatusdetails', 1, 'a']);

describe('a holder that dies', () => {
  test('is waited for as long as its lease lasts; then the next one fetches', async () => {
    const lastMs = 400;
    const dead = startProcess(lastMs);
    expect((await dead.leases.take([idOfA])).granted).toEqual(new Set([idOfA]));
    const begun = performance.now();
    const { cache } = startProcess(LONG);
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('A'))).toMatchObject([{ value: 'A' }]);
    expect(performance.now() - begun).toBeGreaterThan(lastMs / 2);
  });

  test('is waited for no longer than the waiter’s own lease would last', async () => {
    const dead = startProcess(LONG);
    await dead.leases.take([idOfA]);
    const { cache } = startProcess(200);
    const begun = performance.now();
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('A'))).toMatchObject([{ value: 'A' }]);
    expect(performance.now() - begun).toBeLessThan(LONG / 3);
  });

  test('does not end a lease that is another’s by now', async () => {
    const [one, two] = [startProcess(50), startProcess()];
    const expired = await one.leases.take([idOfA]);
    await until(async () => (await leasesHeld()) === 0);
    await two.leases.take([idOfA]);
    expired.giveBack([idOfA], []);
    expired.giveBack([], [idOfA]);
    expect((await one.leases.take([idOfA])).granted).toEqual(new Set());
  });
});

describe('trouble with Redis', () => {
  /** A process whose connection is up. */
  async function connected(clock: Clock = patient(systemClock)) {
    const one = startProcess(LONG, clock);
    await until(async () => {
      await one.store.set('probe', { value: 1, fetchedAt: 0, freshUntil: 0, keepUntil: Date.now() + 60_000 });
      return (await redis.command('KEYS', '*entry*')).includes('entry');
    });
    return one;
  }

  test('frozen: the vendor is asked, after a tenth of a second', async () => {
    const { cache } = await connected(systemClock);
    redis.freeze();
    const begun = performance.now();
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('A'))).toMatchObject([{ value: 'A' }]);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test('killed while another process is waited for: it is not waited for any longer', async () => {
    const [one, two] = [await connected(), await connected()];
    await one.leases.take([idOfA]);
    const read = two.cache.readMany(space, ['a'], caller().scope, fresh('A'));
    await redis.kill();
    expect(await read).toMatchObject([{ value: 'A' }]);
  });

  test('a lease that is granted too late is given back', async () => {
    const one = await connected(systemClock);
    redis.freeze();
    expect((await one.leases.take([idOfA])).granted).toEqual(new Set([idOfA]));
    redis.thaw();
    // It may have been granted by now or not; in the end nobody holds it.
    const two = startProcess();
    await until(async () => (await two.leases.take([idOfA])).granted.size === 1);
  });
});
