import type { Instant } from './clock.ts';
import type { AgentStatus, StatusPeriod } from './status-period.ts';
import { overlaps, type TimeRange } from './time.ts';

/** The total time of an agent in one status in one account. */
export interface StatusTotal {
  /** The account's name. */
  readonly account: string;
  readonly status: AgentStatus;
  readonly seconds: number;
  /** The number of periods counted. */
  readonly periods: number;
}

/**
 * Adds up one account's periods, clipped to the range; an ongoing period counts up to `now`. Where periods overlap (two
 * sessions of one agent), the time belongs to the one that started last, so that no second counts twice. A period whose end
 * is unknown counts with no time.
 */
export function timeInStatus(
  account: string,
  periods: readonly StatusPeriod[],
  range: TimeRange,
  now: Instant,
): readonly StatusTotal[] {
  const included = periods.filter((period) => overlaps(range, period.start, period.end));
  const spans = included
    .map((period) => ({ status: period.status, start: period.start, end: endOf(period, now) }))
    .filter((span) => span.end > span.start);
  const milliseconds = new Map<AgentStatus, number>();
  // Between two adjacent edges no span starts or ends, so all of it belongs to one span.
  const edges = [...new Set(spans.flatMap(({ start, end }) => [start, end]).map((at) => clamp(at, range)))];
  edges.sort((a, b) => a - b);
  const byStart = spans.toSorted((a, b) => a.start - b.start);
  // A stack by start. Ended spans are removed lazily, when they reach the top: deeper ones have no effect yet.
  const active: typeof spans = [];
  let next = 0;
  edges.slice(0, -1).forEach((from, index) => {
    const to = edges[index + 1] ?? from;
    let starting = byStart[next];
    while (starting && starting.start <= from) {
      active.push(starting);
      next += 1;
      starting = byStart[next];
    }
    let owner = active.at(-1);
    while (owner && owner.end <= from) {
      active.pop();
      owner = active.at(-1);
    }
    if (owner) milliseconds.set(owner.status, (milliseconds.get(owner.status) ?? 0) + to - from);
  });
  return [...new Set(included.map((period) => period.status))].toSorted().map((status) => ({
    account,
    status,
    seconds: Math.round((milliseconds.get(status) ?? 0) / 1000),
    periods: included.filter((period) => period.status === status).length,
  }));
}

function endOf(period: StatusPeriod, now: Instant): Instant {
  return period.end ?? (period.isOngoing ? now : period.start);
}

function clamp(at: Instant, range: TimeRange): Instant {
  return Math.min(Math.max(at, range.from), range.to);
}
