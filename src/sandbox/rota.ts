import type { Instant } from '../domain/clock.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../domain/time.ts';
import type { Person } from '../vendors/sandbox.ts';
import { diceFor } from './dice.ts';

/** A stretch of work as planned, from signing in to signing off, whatever the time is now. */
export interface Stint {
  /** Which of the day's stretches. */
  readonly part: number;
  readonly start: Instant;
  readonly end: Instant;
}

/** Stretches of one day at most: two halves of a split shift, each cut by a short sign-off. */
export const PARTS_A_DAY = 4;
/** No day's work reaches further than this into the days after it. */
export const DAYS_A_STINT_REACHES = 1;

/** The one who is employed but on leave for good, so that a vendor knows somebody who never has a status. */
const ON_LEAVE = 27;

/**
 * Whether somebody keeps an e-mail thread open all the stint, and therefore does not sign off in between: the first of each two
 * of the phone team. They begin no more than four hours apart, and a stint is longer than that, so that at any time somebody
 * has long been at it.
 */
export const keepsWatch = (person: Person, index: number): boolean =>
  person.seats.vonage !== undefined && index % 2 === 0;

const planned = (person: Person, index: number, day: number, seed: number): readonly Omit<Stint, 'part'>[] => {
  const dice = diceFor(seed, index, day, 1);
  if (index === ON_LEAVE) return [];
  // Those who are only on Kore have a day off a week; the others are what keeps every channel staffed at any hour.
  const hasDayOff = person.seats.liveperson === undefined && person.seats.vonage === undefined;
  if (hasDayOff && (day + index) % 7 === 0) return [];
  // 7 and 24 have no common factor: the twos begin at all 24 hours.
  const begin = day * DAY + ((Math.floor(index / 2) * 7) % 24) * HOUR + dice.between(0, 50 * MINUTE);
  if (person.seats.liveperson === undefined) return [{ start: begin, end: begin + dice.between(7 * HOUR, 9 * HOUR) }];
  // A split shift. LivePerson tells of a session hours after its end: with ends 10 to 14 hours apart, each person has, at
  // any time, one that is long enough over to be told of and not older than a day.
  const second = begin + 10 * HOUR + dice.between(0, 15 * MINUTE);
  return [
    { start: begin, end: begin + dice.between(4 * HOUR, 5 * HOUR) },
    { start: second, end: second + dice.between(4 * HOUR, 5 * HOUR) },
  ];
};

/** What a person is to work on the shift that begins on a UTC day (counted from 1970), by start. */
export const rota = (person: Person, index: number, day: number, seed: number): readonly Stint[] => {
  const dice = diceFor(seed, index, day, 2);
  return planned(person, index, day, seed).flatMap(({ start, end }, half) => {
    if (!dice.chance(0.35) || keepsWatch(person, index)) return [{ part: half * 2, start, end }];
    const signOff = start + dice.between(HOUR, end - start - HOUR);
    return [
      { part: half * 2, start, end: signOff },
      { part: half * 2 + 1, start: signOff + dice.between(20 * SECOND, 3 * MINUTE), end },
    ];
  });
};
