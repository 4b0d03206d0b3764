import type { Instant } from './clock.ts';
import type { CivilDate } from './time.ts';

// Temporal instead of Intl.DateTimeFormat: formatters are slow to create, so each would have to be cached.

/** Whether a text is the name of an IANA time zone, in any case. Offsets such as +05:30 are not, although Temporal accepts them. */
export function isTimeZone(text: string): boolean {
  if (/^[+-]/.test(text)) return false;
  try {
    // For a text that only contains a zone (2026-11-20T09:30Z) Temporal returns another name.
    return toZonedDateTime(0, text).timeZoneId.toLowerCase() === text.toLowerCase();
  } catch {
    return false;
  }
}

/** Returns the UTC offset of an IANA zone at an instant, east positive; throws a RangeError for an unknown zone. */
export function offsetSeconds(timeZone: string, at: Instant): number {
  return toZonedDateTime(Math.floor(at), timeZone).offsetNanoseconds / 1e9;
}

/**
 * Returns the first instant of a day in a zone (or, for a day that the zone skipped, of the next one). That is local midnight,
 * or the first instant after it where a clock change skips midnight; the earlier one where midnight occurs twice.
 */
export function startOfDay(day: CivilDate, timeZone: string): Instant {
  return Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds;
}

function toZonedDateTime(at: Instant, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
}
