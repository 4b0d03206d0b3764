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

/** From 1 March of the year 0, with which the count below begins, to 1 January 1970. */
const DAYS_BEFORE_EPOCH = 719_468;

/**
 * The days since 1970. Years begin in March here, so that a leap day is the last day of one. `Date.UTC` takes several times as long,
 * and a response has hundreds of times.
 */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const years = month <= 2 ? year - 1 : year;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  // Five months from March on have 153 days, and so have the next five.
  const daysOfMonths = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return 365 * years + leapDays + daysOfMonths + day - 1 - DAYS_BEFORE_EPOCH;
}

const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00Z');
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether RFC 3339 can express a number of milliseconds since 1970: an integer in the years 1 to 9999. */
export function isInstant(ms: number): boolean {
  return Number.isInteger(ms) && ms >= FIRST_INSTANT && ms <= LAST_INSTANT;
}

const [DASH, COLON, SPACE, UPPER_T, ZERO] = [0x2d, 0x3a, 0x20, 0x54, 0x30];
const CIVIL_TIME_LENGTH = 'yyyy-mm-ddThh:mm:ss'.length;
const CIVIL_DATE_LENGTH = 'yyyy-mm-dd'.length;
/** `Date.UTC` takes a smaller number for a year of the twentieth century. */
const FIRST_PLAIN_YEAR = 100;
const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a text is an existing calendar day. `Date.parse` would let 31 February roll over into March. */
export function isCivilDate(text: string): text is CivilDate {
  if (text.length !== CIVIL_DATE_LENGTH || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return false;
  const year = 100 * twoDigitsAt(text, 0) + twoDigitsAt(text, 2);
  return year >= 1 && isDayOfMonth(year, twoDigitsAt(text, 5), twoDigitsAt(text, 8));
}

/** False for NaN. */
function isDayOfMonth(year: number, month: number, day: number): boolean {
  const leapDays = month === 2 && isLeapYear(year) ? 1 : 0;
  return day >= 1 && day <= (DAYS_OF_MONTHS[month - 1] ?? 0) + leapDays;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/**
 * The instant of a time `yyyy-mm-ddThh:mm:ss` in UTC, with a `T` or a blank; null for any other text. This is how vendors write most
 * times, hundreds in a response: a regular expression and `Date.parse` take ten times as long, and leave garbage.
 */
export function parseCivilTime(text: string): Instant | null {
  if (text.length !== CIVIL_TIME_LENGTH || !hasCivilTimeSeparators(text)) return null;
  const year = 100 * twoDigitsAt(text, 0) + twoDigitsAt(text, 2);
  const month = twoDigitsAt(text, 5);
  const day = twoDigitsAt(text, 8);
  const hour = twoDigitsAt(text, 11);
  const minute = twoDigitsAt(text, 14);
  const second = twoDigitsAt(text, 17);
  // NaN is in no range.
  const isTime = hour <= 23 && minute <= 59 && second <= 59;
  const isDate = year >= FIRST_PLAIN_YEAR && isDayOfMonth(year, month, day);
  if (!isTime || !isDate) return null;
  return daysSinceEpoch(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND;
}

function hasCivilTimeSeparators(text: string): boolean {
  const separator = text.charCodeAt(10);
  return (
    (separator === UPPER_T || separator === SPACE) &&
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON
  );
}

/** NaN where the two characters are not digits. */
function twoDigitsAt(text: string, index: number): number {
  const tens = text.charCodeAt(index) - ZERO;
  const ones = text.charCodeAt(index + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : NaN;
}

/** Returns the UTC day of an instant. `toISOString` takes twice as long. */
export function utcDay(at: Instant): CivilDate {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  // Other years have signs or leading zeros, and NaN is no instant.
  if (!(year >= 1000 && year <= 9999)) return date.toISOString().slice(0, 10);
  return `${year}-${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** Returns the start of a UTC day. */
export function startOfUtcDay(day: CivilDate): Instant {
  // `Date.parse` takes ten times as long, and a text to make first.
  return parseCivilDate(day) ?? Date.parse(`${day}T00:00:00Z`);
}

/** The start of a day `yyyy-mm-dd`, which rolls over as in `Date.parse`; null for any other text. */
function parseCivilDate(text: string): Instant | null {
  if (text.length !== CIVIL_DATE_LENGTH || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return null;
  const year = 100 * twoDigitsAt(text, 0) + twoDigitsAt(text, 2);
  const month = twoDigitsAt(text, 5);
  const day = twoDigitsAt(text, 8);
  // NaN is in no range.
  const isDate = year >= FIRST_PLAIN_YEAR && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  return isDate ? daysSinceEpoch(year, month, day) * DAY : null;
}

/** Returns the UTC days that cover a range, in order. */
export function utcDaysCovering(range: TimeRange): readonly CivilDate[] {
  const days: CivilDate[] = [];
  for (let at = Math.floor(range.from / DAY) * DAY; at < range.to; at += DAY) days.push(utcDay(at));
  return days;
}
