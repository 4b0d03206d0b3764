import type { Instant } from './clock.ts';
import { type AgentStatus, isEndUnknown, type StatusPeriod } from './status-period.ts';
import { overlaps, type TimeRange } from './time.ts';

/** The total time of an agent in one status in one account, in one interval. */
export interface StatusTotal {
  /** The account's name. */
  readonly account: string;
  readonly status: AgentStatus;
  readonly seconds: number;
  /** The number of periods counted. */
  readonly periods: number;
  /** The interval, clipped to the range asked for. */
  readonly from: Instant;
  readonly to: Instant;
  /** Whether no data of the account can be missing in the interval. */
  readonly complete: boolean;
}

/** In the order of their totals. */
const STATUSES = ['AVAILABLE', 'AWAY', 'BUSY', 'OFFLINE', 'UNKNOWN'] as const satisfies readonly AgentStatus[];
const STATUS_COUNT = STATUSES.length;
const INDEX_BY_STATUS = new Map<AgentStatus, number>(STATUSES.map((status, index) => [status, index]));

/**
 * Adds up one account's periods, clipped to the range; an ongoing period counts up to `now`. Where periods overlap (two
 * sessions of one agent), the time belongs to the one that started last, so that no second counts twice. A period whose end
 * is unknown counts with no time. The data must be complete.
 */
export function timeInStatus(
  account: string,
  periods: readonly StatusPeriod[],
  range: TimeRange,
  now: Instant,
): readonly StatusTotal[] {
  const table = fillTable(periods, [range], now);
  return STATUSES.flatMap((status, index): StatusTotal[] => {
    const count = table.periods[index] ?? 0;
    if (count === 0) return [];
    const seconds = Math.round((table.milliseconds[index] ?? 0) / 1000);
    return [{ account, status, seconds, periods: count, ...range, complete: true }];
  });
}

/**
 * Does the same for each of several adjacent intervals. Statuses without a second have no total. The seconds of all intervals add up
 * to those of the whole range: what is rounded off one interval counts in the next. An interval that one of the `incomplete` ranges
 * touches is not complete; nor is one that a period of unknown end may touch, up to the next period.
 */
export function statusTotals(
  account: string,
  periods: readonly StatusPeriod[],
  intervals: readonly TimeRange[],
  incomplete: readonly TimeRange[],
  now: Instant,
): readonly StatusTotal[] {
  const table = fillTable(periods, intervals, now);
  const uncertain = [...incomplete, ...rangesOfUnknownEnds(periods)];
  const totals: StatusTotal[] = [];
  /** Per status, of the intervals so far. */
  const milliseconds = STATUSES.map(() => 0);
  const seconds = STATUSES.map(() => 0);
  intervals.forEach(({ from, to }, row) => {
    let complete: boolean | undefined;
    STATUSES.forEach((status, column) => {
      const cell = row * STATUS_COUNT + column;
      if (table.periods[cell] === 0) return;
      const sum = (milliseconds[column] ?? 0) + (table.milliseconds[cell] ?? 0);
      const given = seconds[column] ?? 0;
      const rounded = Math.round(sum / 1000);
      milliseconds[column] = sum;
      seconds[column] = rounded;
      if (rounded === given) return;
      complete ??= !uncertain.some((range) => range.from < to && range.to > from);
      totals.push({ account, status, seconds: rounded - given, periods: table.periods[cell] ?? 0, from, to, complete });
    });
  });
  return totals;
}

/** Where a period whose end is unknown may go on: from its start to that of the next one, which shows that it had ended. */
function rangesOfUnknownEnds(periods: readonly StatusPeriod[]): readonly TimeRange[] {
  return periods.flatMap((period) => {
    if (!isEndUnknown(period)) return [];
    const { start } = period;
    const next = periods.reduce(
      (earliest, each) => (each.start > start ? Math.min(earliest, each.start) : earliest),
      Infinity,
    );
    return [{ from: start, to: next }];
  });
}

/** What adjacent intervals have of each status: a row for each interval, a column for each status. */
interface StatusTable {
  readonly milliseconds: Float64Array;
  /** The periods that touch the interval. One without a known end touches that in which it starts. */
  readonly periods: Int32Array;
}

function fillTable(periods: readonly StatusPeriod[], intervals: readonly TimeRange[], now: Instant): StatusTable {
  const size = intervals.length * STATUS_COUNT;
  const table = { milliseconds: new Float64Array(size), periods: new Int32Array(size) };
  const [first, last] = [intervals[0], intervals.at(-1)];
  if (!first || !last) return table;
  const spans = toSpans(periods, { from: first.from, to: last.to }, now);
  countSpans(table, spans, intervals);
  addTime(table, spans, intervals);
  return table;
}

/** A period, clipped to a range. */
interface Span extends TimeRange {
  readonly column: number;
}

/** The periods of the range, in order of their start. */
function toSpans(periods: readonly StatusPeriod[], range: TimeRange, now: Instant): readonly Span[] {
  const included = periods.filter((period) => overlaps(range, period.start, period.end));
  return included
    .toSorted((a, b) => a.start - b.start)
    .map((period) => {
      const from = Math.max(period.start, range.from);
      const to = Math.max(from, Math.min(endOf(period, now), range.to));
      return { from, to, column: INDEX_BY_STATUS.get(period.status) ?? 0 };
    });
}

function endOf(period: StatusPeriod, now: Instant): Instant {
  return period.end ?? (period.isOngoing ? now : period.start);
}

/** Counts each span in the intervals that it touches; one without duration in the interval of its start. */
function countSpans({ periods }: StatusTable, spans: readonly Span[], intervals: readonly TimeRange[]): void {
  let row = 0;
  for (const { from, to, column } of spans) {
    while ((intervals[row]?.to ?? Infinity) <= from) row += 1;
    for (let touched = row; touched === row || (intervals[touched]?.from ?? Infinity) < to; touched += 1) {
      const cell = touched * STATUS_COUNT + column;
      periods[cell] = (periods[cell] ?? 0) + 1;
    }
  }
}

/** Adds each moment to the span that contains it; of several, to the one that started last. */
function addTime({ milliseconds }: StatusTable, spans: readonly Span[], intervals: readonly TimeRange[]): void {
  let row = 0;
  const add = (column: number, from: Instant, to: Instant): void => {
    while ((intervals[row]?.to ?? Infinity) <= from) row += 1;
    let start = from;
    while (start < to) {
      const end = Math.min(to, intervals[row]?.to ?? to);
      const cell = row * STATUS_COUNT + column;
      milliseconds[cell] = (milliseconds[cell] ?? 0) + end - start;
      start = end;
      if (start < to) row += 1;
    }
  };
  // A stack by start. Ended spans are removed when they reach the top: deeper ones have no effect yet.
  const active: Span[] = [];
  let at = -Infinity;
  const advanceTo = (until: Instant): void => {
    for (let owner = active.at(-1); owner && at < until; owner = active.at(-1)) {
      const end = Math.min(owner.to, until);
      if (end > at) {
        add(owner.column, at, end);
        at = end;
      }
      if (owner.to <= until) active.pop();
    }
    at = Math.max(at, until);
  };
  for (const span of spans) {
    advanceTo(span.from);
    active.push(span);
  }
  advanceTo(Infinity);
}
