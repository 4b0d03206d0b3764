import type { CallGauges, CallQueueMetrics } from '../../http/ports.ts';
import type { AccountStateMetrics } from './accounts.ts';
import type { MetricFactory } from './registry.ts';

/** Calls may wait up to the deadline of their request, and in the background for two minutes longer. */
const WAIT_BUCKETS_SECONDS = [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 240];

/** The metrics of calls that wait at an account, and of its rate limit. */
export function createCallQueueMetrics({ gauge, histogram }: MetricFactory): CallQueueMetrics & AccountStateMetrics {
  const gaugesByAccount = new Map<string, CallGauges>();

  gauge('vendor_calls_waiting', 'Vendor calls that wait for their start.', ['account', 'priority'], (waiting) => {
    waiting.reset();
    for (const [account, gauges] of gaugesByAccount)
      for (const priority of ['live', 'past'] as const) waiting.set({ account, priority }, gauges.waiting(priority));
  });
  gauge('quota_limit', 'Calls that the rate limit of the account allows in a minute.', ['account'], (limits) => {
    limits.reset();
    for (const [account, { quota }] of gaugesByAccount) if (quota) limits.set({ account }, quota.limit);
  });
  gauge(
    'quota_used',
    'Calls of this process in the last minute, of accounts with a rate limit.',
    ['account'],
    (used) => {
      used.reset();
      for (const [account, { quota }] of gaugesByAccount) if (quota) used.set({ account }, quota.used());
    },
  );
  const waits = histogram(
    'vendor_call_wait_seconds',
    'Time in seconds that vendor calls waited before they started.',
    ['account', 'priority'],
    WAIT_BUCKETS_SECONDS,
  );

  return {
    callStarted: (account, priority, waitedMs) => {
      waits.observe(waitedMs / 1000, account, priority);
    },
    watchCalls: (account, gauges) => {
      gaugesByAccount.set(account, gauges);
    },
    forgetAccount: (account) => {
      gaugesByAccount.delete(account);
    },
  };
}
