import { expect, test } from '@jest/globals';
import { isAbsent } from './absences.ts';

const DAY = 24 * 60 * 60_000;
const MONDAY = Date.UTC(2026, 10, 16) / DAY;
const people = Array.from({ length: 72 }, (_, index) => index);
const days = Array.from({ length: 52 * 7 }, (_, nth) => MONDAY + nth);

function presentOn(day: number): number {
  return people.filter((index) => !isAbsent(index, day, 1)).length;
}

test('has fewer people at work on weekends, but on each of them some', () => {
  const isWeekend = (day: number): boolean => (day - MONDAY) % 7 >= 5;
  const [weekends, weekdays] = [
    days.filter(isWeekend).map(presentOn),
    days.filter((day) => !isWeekend(day)).map(presentOn),
  ];
  expect(Math.max(...weekends)).toBeLessThan(Math.min(...weekdays));
  expect(Math.min(...weekends)).toBeGreaterThan(24);
});

test('gives every person two days off in a week, and has people ill for a day or longer', () => {
  const absentDays = people.flatMap((index) => {
    const own = days.filter((day) => isAbsent(index, day, 1));
    expect(own.length).toBeGreaterThanOrEqual(2 * 52);
    return own.length;
  });
  const beyondDaysOff = absentDays.filter((count) => count > 2 * 52);
  expect(beyondDaysOff.length).toBeGreaterThan(60);
  expect(absentDays[27]).toBe(days.length);
});
