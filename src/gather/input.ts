import { InvalidInput } from '../domain/invalid-input.ts';
import { DAY, type DateRange, type TimeRange } from '../domain/time.ts';

/** The vendors keep or report about a month. */
const LONGEST_RANGE_DAYS = 31;
const LONGEST_USAGE_DAYS = 366;

export function checkRange(during: TimeRange): TimeRange {
  if (during.from >= during.to) throw new InvalidInput('during', '`from` must be before `to`');
  if (during.to - during.from > LONGEST_RANGE_DAYS * DAY) {
    throw new InvalidInput('during', `may span ${LONGEST_RANGE_DAYS} days at most`);
  }
  return during;
}

export function checkDates(during: DateRange): DateRange {
  const days = (Date.parse(during.to) - Date.parse(during.from)) / DAY + 1;
  if (days < 1) throw new InvalidInput('during', '`from` must not be after `to`');
  if (days > LONGEST_USAGE_DAYS) throw new InvalidInput('during', `may span ${LONGEST_USAGE_DAYS} days at most`);
  return during;
}

/** A count of things asked for, within its bounds. */
export function checkCount(argument: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new InvalidInput(argument, `must be from ${least} to ${most}`);
  return value;
}

export function checkLength(argument: string, values: readonly unknown[], most: number): void {
  if (values.length > most) throw new InvalidInput(argument, `may name ${most} at most`);
}
