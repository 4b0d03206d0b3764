import { expect, test } from '@jest/globals';
import prometheus from 'prom-client';
import { createPurgeMetrics } from './purges.ts';
import { createMetricFactory } from './registry.ts';

test('counts purges by account, and by who asked for them', async () => {
  const registry = new prometheus.Registry();
  const { purged } = createPurgeMetrics(createMetricFactory(registry));
  purged('lp', 'request');
  purged('lp', 'fleet');
  expect(await registry.metrics()).toContain('switchboard_purges_total{account="lp",source="fleet"} 1');
});
