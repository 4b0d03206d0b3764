import { expect, test } from '@jest/globals';
import { oldGenerationUse } from './heap-limit.ts';
import { createProcessGauges } from './process-gauges.ts';

test('reports the used share of the heap between 0 and 1', () => {
  const ratio = createProcessGauges().heapUsedRatio();
  expect(ratio).toBeGreaterThan(0);
  expect(ratio).toBeLessThan(1);
});

test('a heap that is nearly full is full without its new objects', () => {
  const used = oldGenerationUse();
  const newObjects = Array.from({ length: 100_000 }, (_, index) => ({ index }));
  const ratio = createProcessGauges(used).heapUsedRatio();
  expect(newObjects).toHaveLength(100_000);
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(1.1);
});
