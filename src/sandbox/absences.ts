import { createSeededRandom } from './seeded-random.ts';
import { cycleOf } from './sites.ts';

/** The person of the documents' examples is neither ill nor on holiday, and never off on two days in a row: they show something. */
const EXAMPLE_INDEX = 0;
const DAYS_OFF_OF_EXAMPLE = [2, 6];
/** This person is permanently on leave, so that a vendor has an agent who never has a status. */
const ON_LEAVE_INDEX = 27;
const MAX_DAYS_ILL = 4;
const CHANCE_TO_FALL_ILL = 0.015;
const CHANCE_OF_HOLIDAY_WEEK = 0.06;

// Days of the week, from Monday = 0.
const WEEKEND = [5, 6];
/** Days off in a week with weekend work. */
const DAYS_OFF_IN_WEEK = [
  [0, 1],
  [1, 2],
  [2, 3],
];

function weekdayOf(day: number): number {
  return (day + 3) % 7;
}

function weekOf(day: number): number {
  return Math.floor((day + 3) / 7);
}

/** Half of a site works on a weekend, the other half on the next. */
function isDayOff(index: number, day: number): boolean {
  const cycle = cycleOf(index);
  const worksOnWeekend = (weekOf(day) + (cycle < 3 ? 0 : 1)) % 2 === 0;
  const daysOff = worksOnWeekend ? (DAYS_OFF_IN_WEEK[cycle % 3] ?? WEEKEND) : WEEKEND;
  return daysOff.includes(weekdayOf(day));
}

function isIll(index: number, day: number, seed: number): boolean {
  return Array.from({ length: MAX_DAYS_ILL }, (_, daysAgo) => daysAgo).some((daysAgo) => {
    const random = createSeededRandom(seed, index, day - daysAgo, 10);
    return random.chance(CHANCE_TO_FALL_ILL) && random.between(1, MAX_DAYS_ILL) > daysAgo;
  });
}

/** Whether a person does not work on a civil day (counted from 1970): a day off, a holiday, or illness. */
export function isAbsent(index: number, day: number, seed: number): boolean {
  if (index === EXAMPLE_INDEX) return DAYS_OFF_OF_EXAMPLE.includes(weekdayOf(day));
  return (
    index === ON_LEAVE_INDEX ||
    isDayOff(index, day) ||
    createSeededRandom(seed, index, weekOf(day), 11).chance(CHANCE_OF_HOLIDAY_WEEK) ||
    isIll(index, day, seed)
  );
}
