import { expect, test } from '@jest/globals';
import { people } from './people.ts';
import { createShiftSchedule, MAX_DAYS_APART, MAX_SEGMENTS_PER_DAY } from './shift-schedule.ts';
import { localInstant, siteOf } from './sites.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
// Both clock changes of Dublin and Vancouver are in these days.
const FIRST_DAY = Date.UTC(2026, 1, 20) / DAY;
const DAYS = 280;

const schedule = createShiftSchedule(people, 1);
const planned = people.flatMap((person, index) =>
  Array.from({ length: DAYS }, (_, nth) => {
    const day = FIRST_DAY + nth;
    return { person, index, day, segments: schedule.segmentsOn(index, day) };
  }),
);

test('plans segments in order, within the bounds on their number and days', () => {
  for (const { day, segments } of planned) {
    expect(segments.length).toBeLessThanOrEqual(MAX_SEGMENTS_PER_DAY);
    expect(new Set(segments.map(({ segmentIndex }) => segmentIndex)).size).toBe(segments.length);
    const instants = segments.flatMap(({ start, lunch, end }) => [
      start,
      ...(lunch ? [lunch.from, lunch.to] : []),
      end,
    ]);
    expect(instants.every((at, nth) => at > (instants[nth - 1] ?? 0))).toBe(true);
    expect(instants.every((at) => at >= (day - MAX_DAYS_APART) * DAY && at < (day + 1 + MAX_DAYS_APART) * DAY)).toBe(
      true,
    );
  }
});

test('works in the daytime of the site, whatever its clocks are doing', () => {
  for (const { index, day, segments } of planned) {
    const { timeZone } = siteOf(index);
    for (const { start, end } of segments) {
      expect(start).toBeGreaterThanOrEqual(localInstant(day, 5.5 * HOUR, timeZone));
      expect(end).toBeLessThan(localInstant(day, 25 * HOUR, timeZone));
    }
  }
});

test('plans no shift for the person on leave, days off for every other person, and none for those with only LivePerson', () => {
  const daysOff = (index: number): number =>
    planned.filter((own) => own.index === index && own.segments.length === 0).length;
  expect(daysOff(27)).toBe(DAYS);
  people.forEach(({ refsByVendor }, index) => {
    if (Object.keys(refsByVendor).join() === 'liveperson') expect(daysOff(index)).toBe(0);
    else expect(daysOff(index)).toBeGreaterThanOrEqual((2 * DAYS) / 7);
  });
});

test('plans one lunch in an uninterrupted shift', () => {
  const whole = planned.filter(
    ({ segments: [first, second] }) => first && !second && first.end - first.start > 8 * HOUR,
  );
  expect(whole.length).toBeGreaterThan(0);
  expect(whole.every(({ segments: [segment] }) => segment?.lunch)).toBe(true);
});
