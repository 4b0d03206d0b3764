import { expect, test } from '@jest/globals';
import { formatClock, formatTime, formatWeekday } from './times.ts';

test('reads as the wall clock of the browser', () => {
  const at = new Date(2026, 10, 20, 9, 3, 5).getTime();
  expect([formatClock(at), formatTime(at)]).toEqual(['09:03:05', '09:03']);
});

test('names the weekday of a date', () => {
  expect(formatWeekday('2026-11-20')).toBe('Fri');
});
