import { getEventListeners } from 'node:events';
import { expect, jest, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import {
  type CallSchedulerOptions,
  createCallScheduler,
  QueueFullError,
  type ScheduledCall,
} from './call-scheduler.ts';
import { createPastAllowance } from './past-allowance.ts';
import { createLocalRateLimiter } from './rate-limiter.ts';
import { vendorError } from './response.ts';

interface NamedCall extends ScheduledCall {
  readonly name: string;
}

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

function setUp(options: Partial<CallSchedulerOptions<NamedCall, string>> = {}) {
  const clock = manualClock();
  const requestsPerMinute = options.requestsPerMinute;
  const started: string[] = [];
  const scheduler = createCallScheduler<NamedCall, string>({
    concurrency: 100,
    maxQueued: 100,
    requestsPerMinute,
    clock,
    limiter: createLocalRateLimiter(requestsPerMinute, clock),
    pastAllowance: createPastAllowance(requestsPerMinute, clock),
    heldBackMs: () => 0,
    permit: ({ name }) => name,
    rejection: () => null,
    createQuotaError: (_call, ms) =>
      vendorError(TARGET, 'VENDOR_RATE_LIMITED', { reason: 'quota_local', retryAfterSeconds: Math.ceil(ms / 1000) }),
    ...options,
  });
  const acquire = (name: string, call: Partial<ScheduledCall> = {}) => {
    const signal = call.signal ?? new AbortController().signal;
    const acquired = scheduler.acquire({ name, signal, fairnessKey: ['a', '1'], priority: 'live', ...call });
    return Promise.resolve(acquired).then(({ permit, releaseSlot }) => {
      started.push(permit);
      return releaseSlot;
    });
  };
  return { clock, scheduler, started, acquire };
}

test('starts calls up to its concurrency, then in the order of arrival, and none twice for one slot', async () => {
  const { acquire, started } = setUp({ concurrency: 1 });
  const release = await acquire('first');
  const waiting = [acquire('second'), acquire('third')];
  release();
  release();
  void acquire('newcomer');
  await flushPromises();
  expect(started).toEqual(['first', 'second']);
  (await waiting[0])?.();
  await waiting[1];
  expect(started).toEqual(['first', 'second', 'third']);
});

test('rejects an aborted call with the signal’s reason, leaves no listener and no timer, and keeps no slot', async () => {
  const { acquire, clock, started } = setUp({ requestsPerMinute: 1 });
  await acquire('first');
  const controller = new AbortController();
  const gone = acquire('gone', { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(gone).rejects.toThrow('enough');
  await expect(acquire('late', { signal: controller.signal })).rejects.toThrow('enough');
  expect([getEventListeners(controller.signal, 'abort').length, clock.pendingTimers()]).toEqual([0, 0]);
  void acquire('next');
  clock.advance(60_000);
  await flushPromises();
  expect(started).toEqual(['first', 'next']);
});

test('rejects a call beyond the caller’s places, but none of another caller', async () => {
  const { acquire } = setUp({ concurrency: 1, maxQueued: 1 });
  await acquire('running');
  void acquire('waiting');
  expect(await rejectionOf(acquire('too many'))).toBeInstanceOf(QueueFullError);
  const other = acquire('other', { fairnessKey: ['b', '1'] });
  expect(await Promise.race([other, flushPromises().then(() => 'waits')])).toBe('waits');
});

test('lets calls wait for the rate limit until their deadline, and notifies them once', async () => {
  const { acquire, clock, started } = setUp({ requestsPerMinute: 1 });
  await acquire('first');
  const notices: string[] = [];
  const waiting = acquire('waits', {
    waitUntilMs: () => 60_000,
    onQuotaWait: (createError) => notices.push(`${createError().retryAfterSeconds}`),
  });
  const hopeless = rejectionOf(acquire('hopeless', { waitUntilMs: () => 59_999 }));
  expect(await hopeless).toMatchObject({ reason: 'quota_local', retryAfterSeconds: 120 });
  clock.advance(60_000);
  await waiting;
  expect([started, notices]).toEqual([['first', 'waits'], ['60']]);
});

test('rejects a call as soon as the starts before its deadline have gone to others', async () => {
  const { acquire, clock } = setUp({ requestsPerMinute: 1 });
  await acquire('first');
  void acquire('never asked');
  const asked = rejectionOf(acquire('asked', { lastAskedAt: 1, waitUntilMs: () => 90_000 }));
  clock.advance(60_000);
  expect(await asked).toMatchObject({ reason: 'quota_local', retryAfterSeconds: 60 });
});

test('starts live calls while past calls wait for their share', async () => {
  const { acquire, clock, started } = setUp({ requestsPerMinute: 4 });
  for (const name of ['p1', 'p2', 'p3', 'p4', 'p5']) void acquire(name, { priority: 'past' });
  await flushPromises();
  expect(started).toEqual(['p1', 'p2', 'p3']);
  await acquire('live');
  clock.advance(60_000);
  await flushPromises();
  expect(started).toEqual(['p1', 'p2', 'p3', 'live', 'p4', 'p5']);
});

test('takes one start of a shared limit for each call, and gives that of a call that must not be made to the next', async () => {
  let taken = 0;
  const { acquire, started } = setUp({
    limiter: { take: () => Promise.resolve((taken += 1) > 2 ? 1000 : 0) },
    permit: ({ name }) => {
      if (name === 'refused') throw new Error('refused');
      return name;
    },
  });
  const calls = ['refused', 'a', 'b', 'c'].map((name) => acquire(name));
  await expect(calls[0]).rejects.toThrow('refused');
  await Promise.all(calls.slice(1, 3));
  await flushPromises();
  expect([started, taken]).toEqual([['a', 'b'], 3]);
});

test('adds no listener for a call that starts at once, and lets none go before a call that waits', async () => {
  const { acquire, started } = setUp({ concurrency: 1 });
  const { signal } = new AbortController();
  const add = jest.spyOn(signal, 'addEventListener');
  const release = await acquire('first', { signal });
  expect(add).not.toHaveBeenCalled();
  const waiting = acquire('second', { signal });
  expect(add).toHaveBeenCalledTimes(1);
  release();
  void acquire('third');
  await waiting;
  expect(started).toEqual(['first', 'second']);
});

test('takes one start of the rate limit for each call, also where the limit is counted elsewhere', async () => {
  let taken = 0;
  const take = () => Promise.resolve(taken++ < 2 ? 0 : 1000);
  const { acquire, started } = setUp({ limiter: { take } });
  for (const name of ['first', 'second']) await acquire(name);
  expect([taken, started]).toEqual([2, ['first', 'second']]);
  void acquire('third');
  await flushPromises();
  expect([taken, started.length]).toEqual([3, 2]);
});
