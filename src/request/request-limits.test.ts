import { expect, test } from '@jest/globals';
import { createBudget, createLimitCounter } from './request-limits.ts';

test('createBudget grants what is left and cannot be refilled', () => {
  const take = createBudget(2);
  expect([take(-5), take(9)]).toEqual([0, 2]);
});

test('createLimitCounter accepts the limit itself, and rejects everything after it is exceeded', () => {
  const counter = createLimitCounter(10);
  expect([counter.add(10), counter.isWithinLimit()]).toEqual([true, true]);
  expect([counter.add(1), counter.isWithinLimit(), counter.add(0)]).toEqual([false, false, false]);
});
