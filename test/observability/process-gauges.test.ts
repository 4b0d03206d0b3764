import { expect, test } from '@jest/globals';
import { createProcessGauges } from '../../src/observability/process-gauges.ts';

test('an event loop that is blocked shows, once', async () => {
  const gauges = createProcessGauges();
  const turns = async (count: number) => {
    for (let i = 0; i < count; i += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  await turns(20);
  const until = performance.now() + 300;
  while (performance.now() < until);
  await turns(20);
  expect(gauges.eventLoopDelayMs()).toBeGreaterThan(200);
  // Nothing is left of it at the next look.
  expect(gauges.eventLoopDelayMs()).toBeLessThan(200);
});

test('the heap’s share lies between nothing and all', () => {
  const share = createProcessGauges().heapShare();
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(1);
});
