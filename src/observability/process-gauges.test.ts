import { expect, test } from '@jest/globals';
import { createProcessGauges } from './process-gauges.ts';

test('reports the delay of a blocked event loop once', async () => {
  const gauges = createProcessGauges();
  const waitForTurns = async (count: number) => {
    for (let i = 0; i < count; i += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  await waitForTurns(20);
  const until = performance.now() + 300;
  while (performance.now() < until);
  await waitForTurns(20);
  expect(gauges.eventLoopDelayMs()).toBeGreaterThan(200);
  // Each reading covers the time since the previous one.
  expect(gauges.eventLoopDelayMs()).toBeLessThan(200);
});

test('reports the used share of the heap between 0 and 1', () => {
  const ratio = createProcessGauges().heapUsedRatio();
  expect(ratio).toBeGreaterThan(0);
  expect(ratio).toBeLessThan(1);
});
