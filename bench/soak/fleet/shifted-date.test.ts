import { expect, test } from '@jest/globals';
import { createShiftedDate } from './shifted-date.ts';

const HOUR = 3_600_000;

test('shifts the current time, and follows a step', () => {
  let shiftMs = HOUR;
  const shiftedDate = createShiftedDate(Date, () => shiftMs);
  const shiftOf = (time: number) => Math.round((time - Date.now()) / HOUR);
  expect([shiftedDate.now(), new shiftedDate().getTime(), Date.parse(shiftedDate())].map(shiftOf)).toEqual([1, 1, 1]);
  shiftMs = -2 * HOUR;
  expect(shiftOf(shiftedDate.now())).toBe(-2);
});

test('leaves given times, static functions and the class alone', () => {
  const shiftedDate = createShiftedDate(Date, () => HOUR);
  expect(new shiftedDate(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
  expect(shiftedDate.UTC(2026, 0, 1)).toBe(Date.UTC(2026, 0, 1));
  expect(shiftedDate.parse('1970-01-01T00:00:01Z')).toBe(1000);
  expect(new shiftedDate()).toBeInstanceOf(Date);
  expect(new Date()).toBeInstanceOf(shiftedDate);
});
