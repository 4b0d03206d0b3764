import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('counts spans by what became of them', async () => {
  const metrics = createMetrics();
  metrics.spansEnded('exported', 512);
  metrics.spansEnded('dropped', 1);
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('switchboard_trace_spans_total'));
  expect(lines).toEqual([
    'switchboard_trace_spans_total{outcome="exported"} 512',
    'switchboard_trace_spans_total{outcome="failed"} 0',
    'switchboard_trace_spans_total{outcome="dropped"} 1',
  ]);
});
