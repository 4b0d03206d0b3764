import { type OffsetSpan, offsetSpans, startsOfDays } from './time-zone.ts';
import { DAY, HOUR, MINUTE, type TimeRange } from './time.ts';

/** The length of the parts of a report, by the wall clock of a time zone. */
export type ReportInterval = 'QUARTER_HOUR' | 'HALF_HOUR' | 'HOUR' | 'DAY';

const INTERVAL_MS: Readonly<Record<ReportInterval, number>> = {
  QUARTER_HOUR: 15 * MINUTE,
  HALF_HOUR: 30 * MINUTE,
  HOUR,
  DAY,
};

/**
 * Divides a range where the wall clock of the zone shows a multiple of the interval; a null interval leaves it whole. Where the clock
 * is set, an interval is as long as it is. The first and the last one are clipped to the range.
 */
export function divideRange(range: TimeRange, interval: ReportInterval | null, timeZone: string): readonly TimeRange[] {
  const bounds = interval === null ? [] : boundsWithin(range, interval, timeZone);
  return [range.from, ...bounds].map((from, index) => ({ from, to: bounds[index] ?? range.to }));
}

/** Upper bound of the number of intervals of a range. */
export function maxIntervals({ from, to }: TimeRange, interval: ReportInterval | null): number {
  if (from >= to) return 0;
  // The first and the last one may be clipped, and a clock that is set may add one to each hour that it repeats.
  return interval === null ? 1 : Math.ceil((to - from) / INTERVAL_MS[interval]) + 2;
}

/** The instants within the range, in order, at which an interval begins. */
function boundsWithin(range: TimeRange, interval: ReportInterval, timeZone: string): readonly number[] {
  if (interval === 'DAY') return startsOfDays(range, timeZone);
  const step = INTERVAL_MS[interval];
  return offsetSpans(range, timeZone).flatMap((span, index, spans) => {
    const previous = spans[index - 1];
    return previous && startsInterval(span, previous, step)
      ? [span.from, ...alignedInstants(span, step)]
      : alignedInstants(span, step);
  });
}

/** The instants after the start of the span at which the local time is a multiple of the step. */
function alignedInstants({ from, to, offsetMs }: OffsetSpan, step: number): readonly number[] {
  const first = (Math.floor((from + offsetMs) / step) + 1) * step - offsetMs;
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / step)) }, (_, index) => first + index * step);
}

/** Whether an interval begins when the clock is set: it then shows a multiple of the step, or has left the interval. */
function startsInterval({ from, offsetMs }: OffsetSpan, previous: OffsetSpan, step: number): boolean {
  const shown = from + offsetMs;
  const shownBefore = from - 1 + previous.offsetMs;
  return shown % step === 0 || Math.floor(shown / step) !== Math.floor(shownBefore / step);
}
