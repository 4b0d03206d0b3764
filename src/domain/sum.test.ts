import { expect, test } from '@jest/globals';
import { sum } from './sum.ts';

test.each([
  [[], 0],
  [[1, 2, -0.5], 2.5],
])('sums %j', (numbers, expected) => {
  expect(sum(numbers)).toBe(expected);
});
