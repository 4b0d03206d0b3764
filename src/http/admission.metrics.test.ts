import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { ACCOUNT } from '../../test/support/http-harness.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createAdmission } from './admission.ts';
import type { CallPriority } from './types.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

function setUp(requestsPerMinute: number | undefined) {
  const clock = manualClock();
  const metrics = createMetrics();
  const admission = createAdmission({
    account: ACCOUNT,
    concurrency: 8,
    maxQueued: 10,
    requestsPerMinute,
    circuitBreaker: true,
    honorRetryAfter: true,
    clock,
    random: () => 0.5,
    metrics,
  });
  const acquire = (priority: CallPriority, isBackground = false) => {
    const { signal } = new AbortController();
    const acquired = Promise.resolve(admission.acquire(TARGET, { signal, priority, isBackground }));
    void acquired.then((release) => {
      release(null);
    });
  };
  async function lines(name: string) {
    const text = await metrics.text();
    return text.split('\n').flatMap((line) => (line.startsWith(`switchboard_${name}`) ? [line.slice(12)] : []));
  }
  return { clock, acquire, lines };
}

test('reports the waiting calls by priority, the quota and the time that calls waited', async () => {
  const { clock, acquire, lines } = setUp(2);
  for (const priority of ['live', 'live', 'live', 'past', 'past'] as const) acquire(priority);
  await flushPromises();
  expect(await lines('vendor_calls_waiting')).toEqual([
    'vendor_calls_waiting{account="kore-main",priority="live"} 1',
    'vendor_calls_waiting{account="kore-main",priority="past"} 2',
  ]);
  expect(await lines('quota')).toEqual(['quota_limit{account="kore-main"} 2', 'quota_used{account="kore-main"} 2']);
  expect(await lines('vendor_call_wait_seconds_sum')).toEqual([
    'vendor_call_wait_seconds_sum{account="kore-main",priority="live"} 0',
  ]);

  clock.advance(60_000);
  await flushPromises();
  expect(await lines('vendor_call_wait_seconds_sum')).toEqual([
    'vendor_call_wait_seconds_sum{account="kore-main",priority="live"} 60',
    'vendor_call_wait_seconds_sum{account="kore-main",priority="past"} 60',
  ]);
  expect(await lines('vendor_calls_waiting')).toEqual([
    'vendor_calls_waiting{account="kore-main",priority="live"} 0',
    'vendor_calls_waiting{account="kore-main",priority="past"} 1',
  ]);
  clock.advance(59_999);
  expect(await lines('quota_used')).toEqual(['quota_used{account="kore-main"} 2']);
});

test('reports no quota of an account without a limit', async () => {
  const { lines } = setUp(undefined);
  expect(await lines('quota')).toEqual([]);
});

test('counts a call of a request in the background among those of past ranges, whatever it asks for', async () => {
  const { acquire, lines } = setUp(1);
  acquire('live');
  acquire('live', true);
  await flushPromises();
  expect(await lines('vendor_calls_waiting')).toEqual([
    'vendor_calls_waiting{account="kore-main",priority="live"} 0',
    'vendor_calls_waiting{account="kore-main",priority="past"} 1',
  ]);
});
