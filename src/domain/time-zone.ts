import type { Instant } from './clock.ts';
import type { CivilDate, TimeRange } from './time.ts';

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

/** A part of a range in which the UTC offset of a zone does not change. */
export interface OffsetSpan extends TimeRange {
  /** East positive. */
  readonly offsetMs: number;
}

/** Divides a range where the clock of the zone is set. */
export function offsetSpans({ from, to }: TimeRange, timeZone: string): readonly OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  for (let start: Temporal.ZonedDateTime | null = toZonedDateTime(from, timeZone); start;) {
    const next: Temporal.ZonedDateTime | null = start.getTimeZoneTransition('next');
    const end = Math.min(to, next?.epochMilliseconds ?? to);
    spans.push({ from: start.epochMilliseconds, to: end, offsetMs: start.offsetNanoseconds / 1e6 });
    start = end < to ? next : null;
  }
  return spans;
}

/** Returns the first instants of the days in a zone that begin within the range, its own start excluded. */
export function startsOfDays({ from, to }: TimeRange, timeZone: string): readonly Instant[] {
  const starts: Instant[] = [];
  let last = from;
  for (let day = toZonedDateTime(from, timeZone).toPlainDate(); ;) {
    day = day.add({ days: 1 });
    const start = day.toZonedDateTime(timeZone).epochMilliseconds;
    if (start >= to) return starts;
    // A day that the zone skipped begins with the next one.
    if (start > last) starts.push(start);
    last = Math.max(last, start);
  }
}

function toZonedDateTime(at: Instant, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
}
