import { expect, test } from '@jest/globals';
import { addGap, DEFAULT_TTL_MS, estimateTtlMs, freshnessOf, oldestOf } from './freshness.ts';

test.each([
  [0, 'fresh'],
  [15_000, 'fresh'],
  [15_001, 'late'],
  [20_000, 'late'],
  [20_001, 'stale'],
])('a status of 10 s that is %i ms old is %s', (ageMs, freshness) => {
  expect(freshnessOf(1_000_000 - ageMs, 1_000_000, 10_000)).toBe(freshness);
});

test('a status that no account observes has no age', () => {
  expect(freshnessOf(undefined, 1_000_000, 10_000)).toBe('fresh');
});

test('finds the oldest observation of those who are shown', () => {
  const observedAt = new Map([
    ['a', 30],
    ['b', 20],
    ['c', 10],
  ]);
  expect(oldestOf(observedAt, ['a', 'b', 'unobserved'])).toBe(20);
  expect(oldestOf(observedAt, ['unobserved'])).toBeNull();
});

test('takes the shortest of the latest gaps as the time to live, which an outage cannot stretch', () => {
  const gaps = [60_000, 61_000, 900_000].reduce(addGap, []);
  expect(estimateTtlMs(gaps)).toBe(60_000);
  expect(estimateTtlMs(addGap(gaps, 0))).toBe(60_000);
  expect(estimateTtlMs([])).toBe(DEFAULT_TTL_MS);
  expect(estimateTtlMs([2_000])).toBe(DEFAULT_TTL_MS);
  expect([1, 2, 3, 4, 5, 6].reduce(addGap, [])).toEqual([2, 3, 4, 5, 6]);
});
