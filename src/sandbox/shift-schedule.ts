import type { Instant } from '../domain/clock.ts';
import { HOUR, MINUTE, SECOND, type TimeRange } from '../domain/time.ts';
import type { CompanyPerson } from '../vendors/sandbox.ts';
import { isAbsent } from './absences.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import { cycleOf, localInstant, siteOf } from './sites.ts';

/** A planned part of a shift from sign-in to sign-off, whatever the time is now. */
export interface ShiftSegment {
  /** Index within the day. */
  readonly segmentIndex: number;
  readonly start: Instant;
  readonly end: Instant;
  /** Only in long segments. */
  readonly lunch: TimeRange | null;
}

/** Two halves of a split shift, each interrupted by at most one short sign-off. */
export const MAX_SEGMENTS_PER_DAY = 4;
/** Upper bound for how far a segment of a civil day reaches into the UTC days before and after the one with the same date. */
export const MAX_DAYS_APART = 1;

/** Early, middle and late shift: the whole day until half past eight in the evening. Local times. */
const SHIFT_STARTS_MS = [7 * HOUR, 9.5 * HOUR, 12 * HOUR];
/** Longer than half a shift, so that each has one lunch at most. */
const MIN_SEGMENT_WITH_LUNCH_MS = 4.5 * HOUR;
/** Bounds the memory; more than a month of the company. */
const MAX_KEPT_DAYS = 10_000;

/** When people work. */
export interface ShiftSchedule {
  /** The segments of the shift on a civil day of the person's site (counted from 1970), by start. */
  readonly segmentsOn: (index: number, day: number) => readonly ShiftSegment[];
}

/**
 * Whether a person works two short shifts a day, every day. The gateway discovers people who have only a LivePerson account in
 * the sessions of the last two days, and LivePerson reports a session hours after its end: these people are always found.
 */
function isPartTimer({ refsByVendor }: CompanyPerson): boolean {
  return refsByVendor.liveperson !== undefined && Object.keys(refsByVendor).length === 1;
}

function planShifts(
  person: CompanyPerson,
  index: number,
  day: number,
  seed: number,
): readonly Pick<ShiftSegment, 'start' | 'end'>[] {
  const random = createSeededRandom(seed, index, day, 1);
  const startMs = SHIFT_STARTS_MS[cycleOf(index) % SHIFT_STARTS_MS.length] ?? 0;
  const at = (timeOfDayMs: number): Instant => localInstant(day, timeOfDayMs, siteOf(index).timeZone);
  if (isPartTimer(person)) {
    return [at(startMs - HOUR), at(startMs + 9 * HOUR)].map((earliest) => {
      const start = earliest + random.between(0, 15 * MINUTE);
      return { start, end: start + random.between(2.5 * HOUR, 3.5 * HOUR) };
    });
  }
  if (isAbsent(index, day, seed)) return [];
  const start = at(startMs) + random.between(-10 * MINUTE, 5 * MINUTE);
  return [{ start, end: start + 8.5 * HOUR + random.between(-5 * MINUTE, 20 * MINUTE) }];
}

function planSegments(person: CompanyPerson, index: number, day: number, seed: number): readonly ShiftSegment[] {
  const random = createSeededRandom(seed, index, day, 2);
  return planShifts(person, index, day, seed).flatMap(({ start, end }, half) => {
    const segment = (segmentIndex: number, from: Instant, to: Instant): ShiftSegment => ({
      segmentIndex,
      start: from,
      end: to,
      lunch: planLunch(from, to, random),
    });
    if (!random.chance(0.35)) return [segment(half * 2, start, end)];
    const signOff = start + random.between(HOUR, end - start - HOUR);
    const signOn = signOff + random.between(20 * SECOND, 3 * MINUTE);
    return [segment(half * 2, start, signOff), segment(half * 2 + 1, signOn, end)];
  });
}

function planLunch(from: Instant, to: Instant, random: SeededRandom): TimeRange | null {
  if (to - from < MIN_SEGMENT_WITH_LUNCH_MS) return null;
  const start = Math.round(from + (to - from) * (random.between(40, 60) / 100));
  return { from: start, to: start + random.between(25 * MINUTE, 40 * MINUTE) };
}

export function createShiftSchedule(people: readonly CompanyPerson[], seed: number): ShiftSchedule {
  const kept = new Map<number, readonly ShiftSegment[]>();
  return {
    segmentsOn: (index, day) => {
      const key = day * people.length + index;
      const known = kept.get(key);
      if (known) return known;
      const person = people[index];
      const segments = person ? planSegments(person, index, day, seed) : [];
      if (kept.size >= MAX_KEPT_DAYS) kept.clear();
      kept.set(key, segments);
      return segments;
    },
  };
}
