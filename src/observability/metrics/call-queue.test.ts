import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('reads the queue and the quota of every account when /metrics is read', async () => {
  const metrics = createMetrics();
  const waiting = { live: 2, past: 7 };
  let used = 9;
  metrics.watchCalls('vcc', { waiting: (priority) => waiting[priority], quota: { limit: 10, used: () => used } });
  metrics.watchCalls('lp', { waiting: () => 0, quota: null });
  waiting.live = 3;
  used = 10;
  const text = await metrics.text();
  expect(text.split('\n').filter((line) => /^switchboard_(vendor_calls_waiting|quota)/.test(line))).toEqual([
    'switchboard_vendor_calls_waiting{account="vcc",priority="live"} 3',
    'switchboard_vendor_calls_waiting{account="vcc",priority="past"} 7',
    'switchboard_vendor_calls_waiting{account="lp",priority="live"} 0',
    'switchboard_vendor_calls_waiting{account="lp",priority="past"} 0',
    'switchboard_quota_limit{account="vcc"} 10',
    'switchboard_quota_used{account="vcc"} 10',
  ]);
});

test('measures how long calls waited before they started, by priority', async () => {
  const metrics = createMetrics();
  metrics.callStarted('vcc', 'live', 0);
  metrics.callStarted('vcc', 'live', 45_000);
  metrics.callStarted('vcc', 'past', 100);
  const text = await metrics.text();
  const lineOf = (labels: string) =>
    new RegExp(`^switchboard_vendor_call_wait_seconds_${labels} .*$`, 'm').exec(text)?.[0];
  expect(lineOf('sum\\{account="vcc",priority="live"\\}')).toMatch(/ 45$/);
  expect(lineOf('bucket\\{le="30",account="vcc",priority="live"\\}')).toMatch(/ 1$/);
  expect(lineOf('bucket\\{le="60",account="vcc",priority="live"\\}')).toMatch(/ 2$/);
  expect(lineOf('count\\{account="vcc",priority="past"\\}')).toMatch(/ 1$/);
});
