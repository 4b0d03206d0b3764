import { expect, test } from '@jest/globals';
import { createProcessGauges } from './process-gauges.ts';

test('reports the used share of the heap between 0 and 1', () => {
  const ratio = createProcessGauges().heapUsedRatio();
  expect(ratio).toBeGreaterThan(0);
  expect(ratio).toBeLessThan(1);
});
