import type { Instant } from './clock.ts';
import type { AgentStatus, StatusPeriod } from './status-period.ts';
import { type TimeRange, overlaps } from './time.ts';

/** How long one account saw an agent in one status. */
export interface StatusTotal {
  /** The account's name. */
  readonly account: string;
  readonly status: AgentStatus;
  readonly seconds: number;
  /** How many periods took part. */
  readonly periods: number;
}

/**
 * Adds up one account's periods, clipped to the range; what is ongoing counts up to `now`. Where periods overlap (two
 * sessions of one agent), a moment belongs to the one that began last, so that no second counts twice. A period whose end
 * is not known takes part with no time.
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
  // Between two neighbouring edges nothing begins or ends, so one owner has it all.
  const edges = [...new Set(spans.flatMap(({ start, end }) => [start, end]).map((at) => clamp(at, range)))];
  edges.sort((a, b) => a - b);
  const byStart = spans.toSorted((a, b) => a.start - b.start);
  // By beginning. What has ended is taken off only where it would be the owner: what lies deeper matters to nobody yet.
  const active: typeof spans = [];
  let next = 0;
  edges.slice(0, -1).forEach((from, index) => {
    const to = edges[index + 1] ?? from;
    for (let span = byStart[next]; span && span.start <= from; span = byStart[++next]) active.push(span);
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
