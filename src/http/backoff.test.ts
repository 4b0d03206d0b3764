import { expect, test } from '@jest/globals';
import { backoffMs } from './backoff.ts';

test('doubles the maximum backoff from 200 ms to 2 s', () => {
  const longest = [1, 2, 3, 4, 5, 6, 60].map((failed) => backoffMs(failed, () => 1));
  expect(longest).toEqual([200, 400, 800, 1600, 2000, 2000, 2000]);
});

test('returns any backoff below the maximum, down to 0 (full jitter)', () => {
  expect(backoffMs(3, () => 0)).toBe(0);
  expect(backoffMs(3, () => 0.25)).toBe(200);
});
