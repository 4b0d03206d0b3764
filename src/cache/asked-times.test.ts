import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { createAskedTimes } from './asked-times.ts';
import type { ReadOutcome } from './freshness.ts';

const outcome: ReadOutcome = {
  result: { value: 1, fetchedAt: 0, servedFrom: 'VENDOR' },
  servedFrom: 'VENDOR',
  nextChangeAt: 0,
};

test('returns the time of the key asked longest ago, and none as long as one key never was', () => {
  const clock = manualClock(1000);
  const askedTimes = createAskedTimes(clock);
  askedTimes.record('a', outcome, true);
  clock.advance(1000);
  askedTimes.record('b', outcome, true);
  expect(askedTimes.oldest(['a', 'b'], new Map())).toBe(1000);
  expect(askedTimes.oldest(['a', 'c'], new Map())).toBeUndefined();
  const entry = { value: 1, fetchedAt: 500, freshUntil: 600, expiresAt: 700 };
  expect(askedTimes.oldest(['c'], new Map([['c', entry]]))).toBe(500);
});

test('remembers 100,000 keys and forgets the one asked longest ago', () => {
  const askedTimes = createAskedTimes(manualClock(1000));
  for (let id = 0; id <= 100_000; id += 1) askedTimes.record(`${id}`, outcome, true);
  expect(['0', '1'].map((id) => askedTimes.oldest([id], new Map()))).toEqual([undefined, 1000]);
});
