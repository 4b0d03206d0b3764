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

/** A calendar day without a zone, `yyyy-mm-dd`. */
export type CivilDate = string;

/** Whole days of one zone, both inclusive. */
export interface DateRange {
  readonly from: CivilDate;
  readonly to: CivilDate;
  /** An IANA name. */
  readonly timeZone: string;
}

/**
 * Whether something that lasted from `start` to `end` (null: it has not ended) touches the range. What ends where the range
 * begins is outside; what has no duration counts where it stands.
 */
export function overlaps(range: TimeRange, start: Instant, end: Instant | null): boolean {
  if (start >= range.to) return false;
  return end === null || end > range.from || (end === start && start >= range.from);
}

const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00Z');
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether RFC 3339 can write a number of milliseconds since 1970: a whole one, of the years 1 to 9999. */
export function isInstant(ms: number): boolean {
  return Number.isInteger(ms) && ms >= FIRST_INSTANT && ms <= LAST_INSTANT;
}

/** Whether a text is a day that the calendar has. `Date.parse` would let 31 February roll over into March. */
export function isCivilDate(text: string): text is CivilDate {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  // A day that its month does not have falls into another.
  return Number(year) >= 1 && date.getUTCMonth() === Number(month) - 1;
}

/** The UTC day that an instant falls on. */
export function utcDay(at: Instant): CivilDate {
  return new Date(at).toISOString().slice(0, 10);
}

/** The instant at which a UTC day begins. */
export function startOfUtcDay(day: CivilDate): Instant {
  return Date.parse(`${day}T00:00:00Z`);
}

/** The whole UTC days that cover a range, in order. */
export function utcDaysCovering(range: TimeRange): readonly CivilDate[] {
  const days: CivilDate[] = [];
  for (let at = Math.floor(range.from / DAY) * DAY; at < range.to; at += DAY) days.push(utcDay(at));
  return days;
}
