import { expect, test } from '@jest/globals';
import prometheus from 'prom-client';
import { createMetricFactory } from './registry.ts';
import { createWarmMetrics } from './warm.ts';

test('counts runs by outcome', async () => {
  const registry = new prometheus.Registry();
  const { warmRun } = createWarmMetrics(createMetricFactory(registry));
  warmRun('complete');
  warmRun('failed');
  expect((await registry.metrics()).split('\n').slice(2, 5)).toEqual([
    'switchboard_warm_runs_total{outcome="complete"} 1',
    'switchboard_warm_runs_total{outcome="incomplete"} 0',
    'switchboard_warm_runs_total{outcome="failed"} 1',
  ]);
});
