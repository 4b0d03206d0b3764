import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createCallScheduler, type ScheduledCall } from './call-scheduler.ts';
import { createPastAllowance } from './past-allowance.ts';
import { createLocalRateLimiter } from './rate-limiter.ts';
import { vendorError } from './response.ts';
import type { CallPriority } from './types.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

/** The calls of one caller at an account with few starts; a call becomes urgent when the test says so. */
function setUp({ requestsPerMinute = 8, concurrency = 100 } = {}) {
  const clock = manualClock();
  const started: string[] = [];
  const listeners = new Map<string, () => void>();
  const notified: string[] = [];
  const scheduler = createCallScheduler<ScheduledCall & { readonly name: string }, string>({
    concurrency,
    maxQueued: 100,
    requestsPerMinute,
    clock,
    limiter: createLocalRateLimiter(requestsPerMinute, clock),
    pastAllowance: createPastAllowance(requestsPerMinute, clock),
    heldBackMs: () => 0,
    permit: ({ name }) => name,
    rejection: () => null,
    createQuotaError: () => vendorError(TARGET, 'VENDOR_RATE_LIMITED', { reason: 'quota_local' }),
  });
  async function acquire(name: string, priority: CallPriority, signal = new AbortController().signal) {
    const { permit, releaseSlot } = await scheduler.acquire({
      name,
      signal,
      fairnessKey: ['a', '1'],
      priority,
      onQuotaWait: () => notified.push(name),
      onUrgent(callback) {
        listeners.set(name, callback);
        return () => listeners.delete(name);
      },
    });
    started.push(permit);
    return releaseSlot;
  }
  return { clock, scheduler, started, listeners, notified, acquire, raise: (name: string) => listeners.get(name)?.() };
}

test('takes its turn among the calls of live data, before those of past ranges', async () => {
  const { acquire, started, raise } = setUp({ concurrency: 1 });
  let release = await acquire('running', 'live');
  const waiting = [acquire('first past', 'past'), acquire('urgent', 'past'), acquire('live', 'live')];
  raise('urgent');
  for (const index of [2, 1, 0]) {
    release();
    release = (await waiting[index]) ?? release;
  }
  expect(started).toEqual(['running', 'live', 'urgent', 'first past']);
});

test('starts where calls of past ranges have used their share, as a call of live data', async () => {
  const { acquire, started, raise, scheduler, notified } = setUp();
  // Two of eight starts are kept for calls of live data.
  for (let n = 0; n < 6; n += 1) await acquire(`past ${n}`, 'past');
  void acquire('urgent', 'past');
  await flushPromises();
  expect([started.length, scheduler.waiting('past')]).toEqual([6, 1]);
  raise('urgent');
  await flushPromises();
  expect(started).toContain('urgent');
  expect(notified).toEqual(['urgent']);
});

test('keeps its place where the rate limit has no start for any call', async () => {
  const { acquire, started, raise, clock, scheduler, notified } = setUp({ requestsPerMinute: 1 });
  await acquire('first', 'live');
  void acquire('past', 'past');
  void acquire('urgent', 'past');
  raise('urgent');
  expect([scheduler.waiting('past'), scheduler.waiting('live')]).toEqual([1, 1]);
  expect(new Set(notified)).toEqual(new Set(['past', 'urgent']));
  clock.advance(60_000);
  await flushPromises();
  expect(started).toEqual(['first', 'urgent']);
});

test('leaves no listener behind when it starts or is aborted; a call of live data has none', async () => {
  const { acquire, listeners, clock } = setUp({ requestsPerMinute: 1 });
  await acquire('past', 'past');
  const controller = new AbortController();
  const aborted = acquire('aborted', 'past', controller.signal);
  void acquire('live', 'live');
  expect([...listeners.keys()]).toEqual(['aborted']);
  controller.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  expect(listeners.size).toBe(0);
  clock.advance(60_000);
});
