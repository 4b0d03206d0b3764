import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manualClock } from '../../test/support/clock.ts';
import { createRetryBudget } from './retry-budget.ts';

function countTaken(budget: ReturnType<typeof createRetryBudget>, attempts: number) {
  return Array.from({ length: attempts }, () => budget.tryTake()).filter(Boolean).length;
}

test('allows two retries for a single call', () => {
  const budget = createRetryBudget(manualClock());
  budget.recordCall();
  expect(countTaken(budget, 100)).toBe(2);
});

test('allows eleven retries for a hundred calls', () => {
  const budget = createRetryBudget(manualClock());
  for (let i = 0; i < 100; i += 1) budget.recordCall();
  expect(countTaken(budget, 100)).toBe(11);
});

test('forgets retries and calls after ten seconds', () => {
  const clock = manualClock();
  const budget = createRetryBudget(clock);
  for (let i = 0; i < 100; i += 1) budget.recordCall();
  countTaken(budget, 11);
  clock.advance(8999);
  expect(budget.tryTake()).toBe(false);
  clock.advance(1001);
  expect(countTaken(budget, 100)).toBe(1);
});

test('keeps retries below a tenth of the calls plus two per ten seconds (any sequence of events)', () => {
  const actionArbitrary = fc.constantFrom('call' as const, 'retry' as const, 'wait' as const);
  fc.assert(
    fc.property(fc.array(actionArbitrary, { maxLength: 500 }), (actions) => {
      const clock = manualClock();
      const budget = createRetryBudget(clock);
      const [calls, retries] = [[] as number[], [] as number[]];
      for (const action of actions) {
        if (action === 'wait') clock.advance(700);
        else if (action === 'call') {
          budget.recordCall();
          calls.push(clock.monotonicMs());
        } else if (budget.tryTake()) retries.push(clock.monotonicMs());
      }
      const periods = clock.monotonicMs() / 9000 + 1;
      expect(retries.length).toBeLessThanOrEqual(0.1 * calls.length + 2 * periods);
    }),
  );
});
