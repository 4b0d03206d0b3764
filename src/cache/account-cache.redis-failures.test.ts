/** @needs redis-server */
import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  fetching,
  namespace,
  TIMEOUT_TURN_MS,
  toPatientClock,
  waitUntil,
} from '../../test/support/cache-harness.ts';
import { createLeaseProcesses, idOfA, LEASE_TTL_MS } from '../../test/support/lease-processes.ts';
import { type Clock, systemClock } from '../domain/clock.ts';

const { redis, startProcess } = createLeaseProcesses();

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
      return (await redis().command('KEYS', '*entry*')).includes('entry');
    });
    return gateway;
  }

  test('calls the vendor after 100 ms when Redis is frozen', async () => {
    const { clock, startCounting, turns } = createTimeoutCounter();
    const { cache } = await startConnectedProcess(clock);
    redis().freeze();
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
    await redis().kill();
    expect(await read).toMatchObject([{ value: 'A' }]);
  });

  test('releases a lease that Redis grants too late', async () => {
    const processA = await startConnectedProcess(systemClock);
    redis().freeze();
    expect((await processA.leases.acquire([idOfA])).granted).toEqual(new Set([idOfA]));
    redis().thaw();
    // Whether it has been granted by now or not, in the end no process holds it.
    const processB = startProcess();
    await waitUntil(async () => (await processB.leases.acquire([idOfA])).granted.size === 1);
  });
});
