import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { period } from '../../test/support/gather-harness.ts';
import { byStart, durationSeconds, isEndUnknown, sortByStart } from './status-period.ts';

describe('durationSeconds', () => {
  test.each([
    [0, 1499, 1],
    [0, 1500, 2],
    [1000, 1000, 0],
    [2000, 1000, 0],
    [0, null, null],
    [null, 1000, null],
    [0, (2 ** 31 - 1) * 1000, 2 ** 31 - 1],
    [0, 2 ** 31 * 1000, null],
  ])('returns the seconds from %p to %p as %p', (start, end, expected) => {
    expect(durationSeconds(start, end)).toBe(expected);
  });
});

const anyPeriod = fc.record({
  start: fc.constantFrom(1, 2),
  end: fc.constantFrom(3, 4, null),
  vendorStatus: fc.constantFrom('A', 'B'),
  label: fc.constantFrom(null, 'x', 'y'),
  sessionId: fc.constantFrom(null, 's'),
});
const anyPeriods = fc.array(anyPeriod).map((list) => list.map(({ start, ...fields }) => period('a', start, fields)));

test('sortByStart sorts as byStart does, periods that are in order as well', () => {
  fc.assert(
    fc.property(anyPeriods, fc.boolean(), (list, isSorted) => {
      const periods = isSorted ? list.toSorted(byStart) : list;
      const sorted = periods.toSorted(byStart);
      const result = sortByStart([...periods]);
      expect(result.every((each, index) => each === sorted[index])).toBe(true);
      expect(result).toHaveLength(sorted.length);
    }),
  );
});

test('byStart sorts periods by their fields only, independent of their original order', () => {
  fc.assert(
    fc.property(anyPeriods, (periods) => {
      const sorted = periods.toSorted(byStart);
      expect(periods.toReversed().toSorted(byStart)).toEqual(sorted);
      expect(sorted.map(({ start }) => start)).toEqual(periods.map(({ start }) => start).toSorted());
    }),
  );
  const ends = [null, 4, 3].map((end) => period('a', 1, { end })).toSorted(byStart);
  expect(ends.map(({ end }) => end)).toEqual([3, 4, null]);
});

test.each([
  [null, null, true],
  [null, false, true],
  [null, true, false],
  [5, null, false],
])('the end of a period that ends at %j with isOngoing %j is unknown: %j', (end, isOngoing, expected) => {
  expect(isEndUnknown({ end, isOngoing })).toBe(expected);
});
