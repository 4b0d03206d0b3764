import { expect, test } from '@jest/globals';
import { createDutyRota } from './duty-rota.ts';
import { people } from './people.ts';
import { createShiftSchedule } from './shift-schedule.ts';
import { siteIndexOf } from './sites.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const FIRST_DAY = Date.UTC(2026, 10, 16) / DAY;

const schedule = createShiftSchedule(people, 1);
const rota = createDutyRota(people, schedule, 1);
const duties = people.flatMap((_, index) =>
  Array.from({ length: 9 }, (_day, nth) => FIRST_DAY - 1 + nth).flatMap((day) =>
    schedule
      .segmentsOn(index, day)
      .flatMap((segment) => rota.dutiesIn(index, segment).map((duty) => ({ ...duty, index, segment }))),
  ),
);

test('gives a person one duty at a time, within their segment and outside their lunch', () => {
  duties.forEach(({ index, start, end, segment }, nth) => {
    const before = duties[nth - 1];
    if (before?.index === index && before.segment === segment) expect(start).toBeGreaterThanOrEqual(before.end);
    expect(start > segment.start && start < end && end < segment.end).toBe(true);
    const { lunch } = segment;
    if (lunch) expect(end <= lunch.from || start >= lunch.to).toBe(true);
  });
});

test('has a person on duty for each kind at all times, and only people with a phone on call', () => {
  for (let at = FIRST_DAY * DAY; at < (FIRST_DAY + 7) * DAY; at += 7 * MINUTE) {
    const now = duties.filter(({ start, end }) => start <= at && at < end);
    expect(new Set(now.map(({ kind }) => kind))).toEqual(new Set(['call', 'available', 'away']));
  }
  const onCall = duties.filter(({ kind }) => kind === 'call');
  expect(onCall.every(({ index }) => people[index]?.refsByVendor.vonage !== undefined)).toBe(true);
  expect(new Set(onCall.map(({ index }) => siteIndexOf(index))).size).toBe(3);
});
