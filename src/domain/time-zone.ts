import type { Instant } from './clock.ts';
import type { CivilDate } from './time.ts';

// Temporal and not Intl.DateTimeFormat: a formatter takes long to make, so that each would have to be kept for the next question.

/** Whether a text is the name of an IANA zone, in whatever letters. An offset such as +05:30 is none, though Temporal takes it. */
export function isTimeZone(text: string): boolean {
  if (/^[+-]/.test(text)) return false;
  try {
    // Of a text that only contains a zone (2026-11-20T09:30Z) another name comes back.
    return toZonedDateTime(0, text).timeZoneId.toLowerCase() === text.toLowerCase();
  } catch {
    return false;
  }
}

/** What the clocks of an IANA zone are ahead of UTC at an instant: seconds, east positive. RangeError for an unknown zone. */
export function offsetSeconds(timeZone: string, at: Instant): number {
  return toZonedDateTime(Math.floor(at), timeZone).offsetNanoseconds / 1e9;
}

/**
 * The first instant at which a zone's calendar shows that day (or, for a day that a zone left out, a later one). That is
 * local midnight, except where the clocks skip it; where they show it twice, the earlier time counts.
 */
export function startOfDay(day: CivilDate, timeZone: string): Instant {
  return Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds;
}

function toZonedDateTime(at: Instant, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
}
