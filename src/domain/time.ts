import type { Instant } from './clock.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A half-open span: from ≤ t < to. */
export interface TimeRange {
  readonly from: Instant;
  readonly to: Instant;
}

/** A calendar day without a time zone, `yyyy-mm-dd`. */
export type CivilDate = string;

/** Whole days in one time zone, both inclusive. */
export interface DateRange {
  readonly from: CivilDate;
  readonly to: CivilDate;
  /** An IANA time zone name. */
  readonly timeZone: string;
}

/**
 * Whether a period from `start` to `end` (null: not ended) overlaps the range. A period that ends where the range begins is
 * outside. A period without duration counts as an instant.
 */
export function overlaps(range: TimeRange, start: Instant, end: Instant | null): boolean {
  if (start >= range.to) return false;
  return end === null || end > range.from || (end === start && start >= range.from);
}

const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00Z');
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether RFC 3339 can express a number of milliseconds since 1970: an integer in the years 1 to 9999. */
export function isInstant(ms: number): boolean {
  return Number.isInteger(ms) && ms >= FIRST_INSTANT && ms <= LAST_INSTANT;
}

/** Whether a text is an existing calendar day. `Date.parse` would let 31 February roll over into March. */
export function isCivilDate(text: string): text is CivilDate {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  // A day that does not exist rolls over into another month.
  return Number(year) >= 1 && date.getUTCMonth() === Number(month) - 1;
}

/** Returns the UTC day of an instant. */
export function utcDay(at: Instant): CivilDate {
  return new Date(at).toISOString().slice(0, 10);
}

/** Returns the start of a UTC day. */
export function startOfUtcDay(day: CivilDate): Instant {
  return Date.parse(`${day}T00:00:00Z`);
}

/** Returns the UTC days that cover a range, in order. */
export function utcDaysCovering(range: TimeRange): readonly CivilDate[] {
  const days: CivilDate[] = [];
  for (let at = Math.floor(range.from / DAY) * DAY; at < range.to; at += DAY) days.push(utcDay(at));
  return days;
}
