import type { Instant } from '../domain/clock.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../domain/time.ts';
import type { CompanyPerson } from '../vendors/sandbox.ts';
import { createSeededRandom } from './seeded-random.ts';

/** A planned part of a shift from sign-in to sign-off, whatever the time is now. */
export interface ShiftSegment {
  /** Index within the day. */
  readonly segmentIndex: number;
  readonly start: Instant;
  readonly end: Instant;
}

/** Two halves of a split shift, each interrupted by at most one short sign-off. */
export const MAX_SEGMENTS_PER_DAY = 4;
/** Upper bound for how far a segment reaches into the following days. */
export const MAX_SEGMENT_OVERRUN_DAYS = 1;

/** This person is permanently on leave, so that a vendor has an agent who never has a status. */
const ON_LEAVE_INDEX = 27;

/**
 * Whether a person keeps an e-mail thread open for the whole segment, and therefore does not sign off in between: the first of
 * each pair of the phone team. Their shifts start at most four hours apart and last longer than that, so at any time such a
 * thread has long been open.
 */
export function keepsThreadOpen(person: CompanyPerson, index: number): boolean {
  return person.refsByVendor.vonage !== undefined && index % 2 === 0;
}

function planShifts(
  person: CompanyPerson,
  index: number,
  day: number,
  seed: number,
): readonly Omit<ShiftSegment, 'segmentIndex'>[] {
  const random = createSeededRandom(seed, index, day, 1);
  if (index === ON_LEAVE_INDEX) return [];
  // People with only a Kore account have one day off a week; the others keep every channel staffed at all hours.
  const hasDayOff = person.refsByVendor.liveperson === undefined && person.refsByVendor.vonage === undefined;
  if (hasDayOff && (day + index) % 7 === 0) return [];
  // 7 and 24 are coprime, so the pairs' shifts start at all 24 hours.
  const firstStart = day * DAY + ((Math.floor(index / 2) * 7) % 24) * HOUR + random.between(0, 50 * MINUTE);
  if (person.refsByVendor.liveperson === undefined)
    return [{ start: firstStart, end: firstStart + random.between(7 * HOUR, 9 * HOUR) }];
  // A split shift. LivePerson reports a session hours after its end. With ends 10 to 14 hours apart, each person has, at any
  // time, a session that has been over long enough to be reported and is less than a day old.
  const secondStart = firstStart + 10 * HOUR + random.between(0, 15 * MINUTE);
  return [
    { start: firstStart, end: firstStart + random.between(4 * HOUR, 5 * HOUR) },
    { start: secondStart, end: secondStart + random.between(4 * HOUR, 5 * HOUR) },
  ];
}

/** Plans the segments of the shift that starts on a UTC day (counted from 1970), by start. */
export function planShiftSegments(
  person: CompanyPerson,
  index: number,
  day: number,
  seed: number,
): readonly ShiftSegment[] {
  const random = createSeededRandom(seed, index, day, 2);
  return planShifts(person, index, day, seed).flatMap(({ start, end }, half) => {
    if (!random.chance(0.35) || keepsThreadOpen(person, index)) return [{ segmentIndex: half * 2, start, end }];
    const signOff = start + random.between(HOUR, end - start - HOUR);
    return [
      { segmentIndex: half * 2, start, end: signOff },
      { segmentIndex: half * 2 + 1, start: signOff + random.between(20 * SECOND, 3 * MINUTE), end },
    ];
  });
}
