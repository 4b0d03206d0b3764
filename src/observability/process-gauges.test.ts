import { expect, test } from '@jest/globals';
import { createProcessGauges } from './process-gauges.ts';

test('an event loop that is blocked shows, once', async () => {
  const gauges = createProcessGauges();
  const waitForTurns = async (count: number) => {
    for (let i = 0; i < count; i += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  await waitForTurns(20);
  const until = performance.now() + 300;
  while (performance.now() < until);
  await waitForTurns(20);
  expect(gauges.eventLoopDelayMs()).toBeGreaterThan(200);
  // Nothing is left of it at the next look.
  expect(gauges.eventLoopDelayMs()).toBeLessThan(200);
});

test('the heap’s share lies between nothing and all', () => {
  const ratio = createProcessGauges().heapUsedRatio();
  expect(ratio).toBeGreaterThan(0);
  expect(ratio).toBeLessThan(1);
});
