import { expect, test } from '@jest/globals';
import { costPerObject, medianCost, toGrowthVerdict } from './size-cost.ts';

test('the cost of an object is that of the median request', () => {
  expect(costPerObject(medianCost(10, 20, [1, 4, 2]))).toBe(100);
});

test('the largest size is compared with the cheapest of the others', () => {
  const costs = [medianCost(1, 1, [5]), medianCost(10, 10, [10]), medianCost(100, 100, [130])];
  expect(toGrowthVerdict('files', costs, 100)).toEqual({ target: 'files: ≤ 1.3 ×', measured: '1.3 ×', met: true });
  expect(toGrowthVerdict('files', [...costs.slice(0, 2), medianCost(100, 100, [131])], 100).met).toBe(false);
});

test('one size alone is neither met nor missed', () => {
  expect(toGrowthVerdict('files', [medianCost(1, 1, [5])], 1).met).toBeNull();
});

test('nothing is said while the largest size was not measured', () => {
  const costs = [medianCost(1, 1, [5]), medianCost(10, 10, [10])];
  expect(toGrowthVerdict('files', costs, 100)).toEqual({ target: 'files', measured: 'not measured', met: null });
});
