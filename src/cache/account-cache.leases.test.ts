/** @needs redis-server */
import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  failingWith,
  fetching,
  namespace,
  unexpectedFetch,
  vendorError,
  waitUntil,
} from '../../test/support/cache-harness.ts';
import { createLeaseProcesses, idOfA, LEASE_TTL_MS } from '../../test/support/lease-processes.ts';
import type { BatchFetchFn } from './cache.ts';

const { redis, startProcess, redisKeyOfLease, countHeldLeases } = createLeaseProcesses();

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
    const deadHolder = await redis().command('GET', key);
    let holderAtFetch: string | undefined;
    const { cache } = startProcess(LEASE_TTL_MS);
    const read = cache.readMany(namespace, ['a'], createCaller().context, async () => {
      holderAtFetch = await redis().command('GET', key);
      return [{ value: 'A', ttlSeconds: 60 }];
    });
    // Instead of waiting until its time is up.
    await redis().command('PEXPIRE', key, '1');
    expect(await read).toMatchObject([{ value: 'A' }]);
    expect(holderAtFetch).toContain('$36');
    expect(holderAtFetch).not.toBe(deadHolder);
  });

  test('does not renew a lease that another process holds now', async () => {
    const [processA, processB] = [startProcess(), startProcess(2000)];
    const lost = await processA.leases.acquire([idOfA]);
    await redis().command('DEL', await redisKeyOfLease());
    await processB.leases.acquire([idOfA]);
    lost.renew([idOfA]);
    expect((await processA.leases.acquire([idOfA])).granted).toEqual(new Set());
    expect(Number((await redis().command('PTTL', await redisKeyOfLease())).slice(1))).toBeLessThanOrEqual(2000);
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
