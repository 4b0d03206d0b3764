import { expect, test } from '@jest/globals';
import prometheus from 'prom-client';
import { createMetricFactory } from './registry.ts';

test('registers metrics under the prefix, and sets a collected gauge each time the registry is read', async () => {
  const registry = new prometheus.Registry();
  const factory = createMetricFactory(registry);
  let entries = 3;
  factory.counter('reads_total', 'Reads.', ['account']).inc({ account: 'lp' });
  factory.gauge('entries', 'Entries.', [], (gauge) => {
    gauge.set(entries);
  });
  expect(await registry.metrics()).toContain('switchboard_reads_total{account="lp"} 1\n');
  entries = 5;
  expect(await registry.metrics()).toContain('switchboard_entries 5\n');
});

test('gives a histogram the buckets of calls, or its own', async () => {
  const registry = new prometheus.Registry();
  const factory = createMetricFactory(registry);
  factory.histogram('call_seconds', 'Calls.', []).observe(0.02);
  factory.histogram('age_seconds', 'Ages.', [], [60]).observe(59);
  const text = await registry.metrics();
  expect(text).toContain('switchboard_call_seconds_bucket{le="0.025"} 1\n');
  expect(text.match(/^switchboard_age_seconds_bucket.*$/gm)).toHaveLength(2);
});
