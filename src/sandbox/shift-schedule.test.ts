import { expect, test } from '@jest/globals';
import { people } from './people.ts';
import {
  keepsThreadOpen,
  MAX_SEGMENT_OVERRUN_DAYS,
  MAX_SEGMENTS_PER_DAY,
  planShiftSegments,
  type ShiftSegment,
} from './shift-schedule.ts';

const DAY = 24 * 60 * 60_000;
const FIRST_DAY = Date.UTC(2024, 0, 1) / DAY;

const planned = people.flatMap((person, index) =>
  Array.from({ length: 28 }, (_, nth) => {
    const day = FIRST_DAY + nth;
    return { person, index, day, segments: planShiftSegments(person, index, day, 1) };
  }),
);

test('plans segments in order, within the bounds on their number and end', () => {
  for (const { day, segments } of planned) {
    expect(segments.length).toBeLessThanOrEqual(MAX_SEGMENTS_PER_DAY);
    expect(new Set(segments.map(({ segmentIndex }) => segmentIndex)).size).toBe(segments.length);
    const instants = segments.flatMap(({ start, end }: ShiftSegment) => [start, end]);
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
    for (const instant of instants) {
      expect(instant).toBeGreaterThanOrEqual(day * DAY);
      expect(instant).toBeLessThan((day + 1 + MAX_SEGMENT_OVERRUN_DAYS) * DAY);
    }
  }
});

test('never interrupts a segment in which an e-mail thread stays open', () => {
  const withThread = planned.filter(({ person, index }) => keepsThreadOpen(person, index));
  expect(withThread.length).toBeGreaterThan(0);
  for (const { segments } of withThread) {
    expect(segments.every(({ segmentIndex }) => segmentIndex % 2 === 0)).toBe(true);
  }
});

test('plans no shift for the person on leave, and a day off a week for people with only Kore', () => {
  expect(planned.filter(({ index }) => index === 27).flatMap(({ segments }) => segments)).toEqual([]);
  const onlyKore = planned.filter(({ person, index }) => index === 3 && person.refsByVendor.vonage === undefined);
  expect(onlyKore.filter(({ segments }) => segments.length === 0)).toHaveLength(4);
});
