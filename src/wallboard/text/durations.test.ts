import { expect, test } from '@jest/globals';
import { formatAge, formatDuration } from './durations.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

test.each([
  [-5, '0:00'],
  [7_999, '0:07'],
  [12 * 60 * SECOND + 45 * SECOND, '12:45'],
  [3 * HOUR + 4 * 60 * SECOND + 12 * SECOND, '3:04:12'],
  [51 * HOUR, '2 d 3 h'],
])('the clock of %i ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [-1, '0 s'],
  [3_400, '3 s'],
  [240 * SECOND, '4 min'],
  [2 * HOUR, '2 h'],
  [120 * HOUR, '5 d'],
])('an age of %i ms reads %s', (ms, text) => {
  expect(formatAge(ms)).toBe(text);
});
