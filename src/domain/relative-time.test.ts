import { expect, test } from '@jest/globals';
import { findUnknownTimes, resolveRelativeTimes } from './relative-time.ts';

// One o'clock in the night of the 30th in Berlin, whose clock was set forward on the 29th.
const NOW = Date.parse('2026-03-29T23:00:00Z');

test.each([
  ['$now', '2026-03-29T23:00:00.000Z'],
  ['$today', '2026-03-30'],
  ['$yesterday', '2026-03-29'],
  ['$today-7', '2026-03-23'],
  ['$yesterday-1', '2026-03-28'],
  ['$startOfToday', '2026-03-29T22:00:00Z'],
  ['$startOfYesterday', '2026-03-28T23:00:00Z'],
  ['$startOfToday-30', '2026-02-27T23:00:00Z'],
  ['today', 'today'],
])('resolves %s to %s', (text, expected) => {
  expect(resolveRelativeTimes(text, NOW, 'Europe/Berlin')).toBe(expected);
});

test('resolves the texts of lists and objects, and leaves other values', () => {
  const value = { during: { from: '$today', ids: ['$yesterday', 'a'] }, first: 5, after: null, isLive: true };
  expect(resolveRelativeTimes(value, NOW, 'UTC')).toEqual({
    during: { from: '2026-03-29', ids: ['2026-03-28', 'a'] },
    first: 5,
    after: null,
    isLive: true,
  });
});

test('finds the texts that look like a time but are none', () => {
  expect(findUnknownTimes({ a: '$tomorrow', b: ['$now-1', '$today', 'x$'], c: 5, d: null })).toEqual([
    '$tomorrow',
    '$now-1',
  ]);
});
