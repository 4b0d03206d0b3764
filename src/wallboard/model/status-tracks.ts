import type { AgentStatus, RecentQuery } from '../generated/documents.ts';
import type { BoardAgent } from './board-agent.ts';
import { countStatuses, type StatusNumbers } from './counts.ts';

/** The span of the sparklines. */
export const TREND_MS = 15 * 60_000;
const SAMPLES = 30;

interface TrackPoint {
  readonly status: AgentStatus;
  readonly since: number;
}

/** The statuses of each agent over the last quarter of an hour, oldest first. Before its first point an agent's status is not known. */
export type StatusTracks = ReadonlyMap<string, readonly TrackPoint[]>;

/** Adds the statuses of the latest answer where they differ. */
export function extendTracks(tracks: StatusTracks, agents: readonly BoardAgent[], now: number): StatusTracks {
  const next = new Map<string, readonly TrackPoint[]>();
  for (const { id, status, since } of agents) {
    const track = tracks.get(id) ?? [];
    const last = track.at(-1);
    if (last?.status === status) {
      next.set(id, track);
      continue;
    }
    // What the vendor says is exact; an end is seen only when it is reported.
    const point = { status, since: Math.max(since ?? now, last?.since ?? 0) };
    const from = track.findLastIndex((earlier) => earlier.since <= now - TREND_MS);
    next.set(id, [...track.slice(Math.max(0, from)), point]);
  }
  return next;
}

/** Puts what the vendors report of the last quarter of an hour before what the page has seen. A gap between two periods is offline. */
export function seedTracks(tracks: StatusTracks, { agents }: RecentQuery, from: number): StatusTracks {
  const next = new Map(tracks);
  for (const { id, statusPeriods } of agents.nodes) {
    const track = next.get(id) ?? [];
    const [seen] = track;
    if (!seen) continue;
    // Where no account reports anything of an agent, nothing has changed.
    const earlier: TrackPoint[] = [{ status: statusPeriods ? 'OFFLINE' : seen.status, since: from }];
    for (const { status, start, end } of statusPeriods?.nodes ?? []) {
      earlier.push({ status, since: Date.parse(start) });
      if (end !== null) earlier.push({ status: 'OFFLINE', since: Date.parse(end) });
    }
    next.set(id, [...earlier.filter(({ since }) => since < seen.since), ...track]);
  }
  return next;
}

/** The counts at an instant; null where the status of one of the agents was not known. */
function countsAt(tracks: StatusTracks, ids: readonly string[], at: number): StatusNumbers | null {
  const statuses = ids.map((id) => ({ status: tracks.get(id)?.findLast(({ since }) => since <= at)?.status }));
  return statuses.every((agent): agent is { status: AgentStatus } => agent.status !== undefined)
    ? countStatuses(statuses)
    : null;
}

export interface TrendSample {
  /** From 0, a quarter of an hour ago, to 1, now. */
  readonly x: number;
  readonly counts: StatusNumbers;
}

/** The counts of these agents over the last quarter of an hour, as far as they are known. */
export function sampleTrend(tracks: StatusTracks, ids: readonly string[], now: number): readonly TrendSample[] {
  return Array.from({ length: SAMPLES + 1 }, (_, index) => index / SAMPLES).flatMap((x) => {
    const counts = countsAt(tracks, ids, now - (1 - x) * TREND_MS);
    return counts ? [{ x, counts }] : [];
  });
}

/** How much a count has changed in a quarter of an hour; null where its start is not known. */
export function changeOf(trend: readonly TrendSample[], status: AgentStatus): number | null {
  const [first] = trend;
  const last = trend.at(-1);
  return first && last && first.x === 0 ? last.counts[status] - first.counts[status] : null;
}

/** The points of a sparkline as steps, in a box of 100 × 20. */
export function sparklinePoints(trend: readonly TrendSample[], status: AgentStatus): string {
  const values = trend.map(({ counts }) => counts[status]);
  if (values.length < 2) return '';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (value: number) => (high === low ? 18 : 18 - ((value - low) / (high - low)) * 16).toFixed(1);
  return trend
    .flatMap(({ x, counts }, index) => {
      const before = trend[index - 1];
      const at = (x * 100).toFixed(1);
      return [...(before ? [`${at},${y(before.counts[status])}`] : []), `${at},${y(counts[status])}`];
    })
    .join(' ');
}
