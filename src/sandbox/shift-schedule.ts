import type { Instant } from '../domain/clock.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../domain/time.ts';
import type { CompanyPerson } from '../vendors/sandbox.ts';
import { createSeededRandom } from './seeded-random.ts';

/** A stretch of work as planned, from signing in to signing off, whatever the time is now. */
export interface ShiftSegment {
  /** Which of the day's stretches. */
  readonly segmentIndex: number;
  readonly start: Instant;
  readonly end: Instant;
}

/** Stretches of one day at most: two halves of a split shift, each cut by a short sign-off. */
export const MAX_SEGMENTS_PER_DAY = 4;
/** No day's work reaches further than this into the days after it. */
export const MAX_SEGMENT_OVERRUN_DAYS = 1;

/** The one who is employed but on leave for good, so that a vendor knows somebody who never has a status. */
const ON_LEAVE_INDEX = 27;

/**
 * Whether somebody keeps an e-mail thread open all the stint, and therefore does not sign off in between: the first of each two
 * of the phone team. They begin no more than four hours apart, and a stint is longer than that, so that at any time somebody
 * has long been at it.
 */
export const keepsThreadOpen = (person: CompanyPerson, index: number): boolean =>
  person.refsByVendor.vonage !== undefined && index % 2 === 0;

const planShifts = (
  person: CompanyPerson,
  index: number,
  day: number,
  seed: number,
): readonly Omit<ShiftSegment, 'segmentIndex'>[] => {
  const random = createSeededRandom(seed, index, day, 1);
  if (index === ON_LEAVE_INDEX) return [];
  // Those who are only on Kore have a day off a week; the others are what keeps every channel staffed at any hour.
  const hasDayOff = person.refsByVendor.liveperson === undefined && person.refsByVendor.vonage === undefined;
  if (hasDayOff && (day + index) % 7 === 0) return [];
  // 7 and 24 have no common factor: the twos begin at all 24 hours.
  const firstStart = day * DAY + ((Math.floor(index / 2) * 7) % 24) * HOUR + random.between(0, 50 * MINUTE);
  if (person.refsByVendor.liveperson === undefined)
    return [{ start: firstStart, end: firstStart + random.between(7 * HOUR, 9 * HOUR) }];
  // A split shift. LivePerson tells of a session hours after its end: with ends 10 to 14 hours apart, each person has, at
  // any time, one that is long enough over to be told of and not older than a day.
  const secondStart = firstStart + 10 * HOUR + random.between(0, 15 * MINUTE);
  return [
    { start: firstStart, end: firstStart + random.between(4 * HOUR, 5 * HOUR) },
    { start: secondStart, end: secondStart + random.between(4 * HOUR, 5 * HOUR) },
  ];
};

/** What a person is to work on the shift that begins on a UTC day (counted from 1970), by start. */
export const planShiftSegments = (
  person: CompanyPerson,
  index: number,
  day: number,
  seed: number,
): readonly ShiftSegment[] => {
  const random = createSeededRandom(seed, index, day, 2);
  return planShifts(person, index, day, seed).flatMap(({ start, end }, half) => {
    if (!random.chance(0.35) || keepsThreadOpen(person, index)) return [{ segmentIndex: half * 2, start, end }];
    const signOff = start + random.between(HOUR, end - start - HOUR);
    return [
      { segmentIndex: half * 2, start, end: signOff },
      { segmentIndex: half * 2 + 1, start: signOff + random.between(20 * SECOND, 3 * MINUTE), end },
    ];
  });
};
