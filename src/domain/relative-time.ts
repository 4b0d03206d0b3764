import type { Instant } from './clock.ts';

/**
 * Texts that stand for a time relative to now: `$now`; a day, `$today` or `$yesterday`; where one begins, `$startOfToday` or
 * `$startOfYesterday`. `-7` behind one of a day means seven days earlier.
 */
const RELATIVE_TIME = /^\$(?:now|(today|yesterday|startOfToday|startOfYesterday)(?:-(\d{1,3}))?)$/;

/** What a text may be that begins as a relative time does. */
export const RELATIVE_TIME_NAMES =
  '$now, $today, $yesterday, $startOfToday or $startOfYesterday, the last four also with -7 for a week earlier';

/** Returns the texts in a plain value that begin with `$`, and stand for no time. */
export function findUnknownTimes(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.startsWith('$') && !RELATIVE_TIME.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(findUnknownTimes);
}

/** Returns a plain value with a day, or an RFC 3339 instant, in the place of each relative time; days are those of the zone. */
export function resolveRelativeTimes(value: unknown, now: Instant, timeZone: string): unknown {
  if (typeof value === 'string') return resolveText(value, now, timeZone);
  if (Array.isArray(value)) return value.map((item) => resolveRelativeTimes(item, now, timeZone));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, resolveRelativeTimes(item, now, timeZone)]);
  return Object.fromEntries(entries) as unknown;
}

function resolveText(text: string, now: Instant, timeZone: string): string {
  const match = RELATIVE_TIME.exec(text);
  if (!match) return text;
  const [, name, daysEarlier = '0'] = match;
  if (name === undefined) return new Date(now).toISOString();
  const days = Number(daysEarlier) + (/yesterday/i.test(name) ? 1 : 0);
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  const day = today.subtract({ days });
  return name.startsWith('startOf') ? day.toZonedDateTime(timeZone).toInstant().toString() : day.toString();
}
