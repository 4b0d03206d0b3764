import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRetryBudget } from './retry-budget.ts';
import { manualClock } from '../../test/support/clock.ts';

const countTaken = (budget: ReturnType<typeof createRetryBudget>, wanted: number) =>
  Array.from({ length: wanted }, () => budget.tryTake()).filter(Boolean).length;

test('a single call may be attempted three times', () => {
  const budget = createRetryBudget(manualClock());
  budget.recordCall();
  expect(countTaken(budget, 100)).toBe(2);
});

test('of a hundred calls eleven may be attempted again', () => {
  const budget = createRetryBudget(manualClock());
  for (let i = 0; i < 100; i += 1) budget.recordCall();
  expect(countTaken(budget, 100)).toBe(11);
});

test('what was taken comes back after ten seconds, and what was earned is forgotten', () => {
  const clock = manualClock();
  const budget = createRetryBudget(clock);
  for (let i = 0; i < 100; i += 1) budget.recordCall();
  countTaken(budget, 11);
  clock.advance(8999);
  expect(budget.tryTake()).toBe(false);
  clock.advance(1001);
  expect(countTaken(budget, 100)).toBe(1);
});

test('whatever happens: retries stay below a tenth of the calls and two for every ten seconds', () => {
  const act = fc.constantFrom('call' as const, 'retry' as const, 'wait' as const);
  fc.assert(
    fc.property(fc.array(act, { maxLength: 500 }), (acts) => {
      const clock = manualClock();
      const budget = createRetryBudget(clock);
      const [calls, retries] = [[] as number[], [] as number[]];
      for (const action of acts) {
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
