import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { type DateRange, DAY, HOUR, type TimeRange } from '../domain/time.ts';

/** Vendors retain or report about a month. Two hours more, so that every calendar month of every zone fits, clock changes included. */
const MAX_TIME_RANGE_MS = 31 * DAY + 2 * HOUR;
const MAX_DATE_RANGE_DAYS = 366;

/** Like all assertions here, it throws InvalidInputError, or else returns its value. */
export function assertTimeRange(during: TimeRange): TimeRange {
  if (during.from >= during.to) throw new InvalidInputError('during', '`from` must be before `to`');
  if (during.to - during.from > MAX_TIME_RANGE_MS)
    throw new InvalidInputError('during', 'must span at most 31 days and 2 hours');
  return during;
}

export function assertDateRange(during: DateRange): DateRange {
  const days = (Date.parse(during.to) - Date.parse(during.from)) / DAY + 1;
  if (days < 1) throw new InvalidInputError('during', '`from` must not be after `to`');
  if (days > MAX_DATE_RANGE_DAYS)
    throw new InvalidInputError('during', `must span at most ${MAX_DATE_RANGE_DAYS} days`);
  return during;
}

export function assertIntInRange(argument: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new InvalidInputError(argument, `must be from ${min} to ${max}`);
  return value;
}

export function assertMaxLength(argument: string, values: readonly unknown[], max: number): void {
  if (values.length > max) throw new InvalidInputError(argument, `must have at most ${max} entries`);
}
