import type { TimelinesQuery } from '../generated/documents.ts';
import { type SourceTrouble, toTroubles } from '../model/board-agent.ts';
import type { StripPeriod } from '../model/strip.ts';

/** An agent's periods of today, as last read. */
export interface Timeline {
  readonly periods: readonly StripPeriod[];
  /** Sources that failed or are older than usual; what only comes hours later is no trouble. */
  readonly troubles: readonly SourceTrouble[];
  readonly readAt: number;
}

export type TimelineCache = ReadonlyMap<string, Timeline>;

/** Between two reads the list's own status continues a strip. */
export const TIMELINE_MAX_AGE_MS = 60_000;
/** The gateway's limit on `nodes(ids:)`. */
const MAX_IDS = 100;

/** The agents to read now: those on the screen whose timeline is missing or old, at most as many as a query takes. */
export function dueIds(visible: readonly string[], cache: TimelineCache, now: number): readonly string[] {
  return visible.filter((id) => now - (cache.get(id)?.readAt ?? -Infinity) >= TIMELINE_MAX_AGE_MS).slice(0, MAX_IDS);
}

/** Adds what was read; of agents whose read failed, the last timeline stays and counts as read. */
export function addTimelines(
  cache: TimelineCache,
  asked: readonly string[],
  data: TimelinesQuery | null,
  now: number,
): TimelineCache {
  const next = new Map(cache);
  for (const id of asked) next.set(id, { periods: [], troubles: [], ...next.get(id), readAt: now });
  for (const node of data?.nodes ?? []) {
    if (!node || !('id' in node) || !node.statusPeriods) continue;
    const { nodes, sources } = node.statusPeriods;
    const troubles = toTroubles(sources).filter(({ reason }) => reason !== 'not_yet_written');
    next.set(node.id, { periods: nodes.map(toStripPeriod), troubles, readAt: now });
  }
  return next;
}

type PeriodNode = NonNullable<
  Extract<TimelinesQuery['nodes'][number], { id: string }>['statusPeriods']
>['nodes'][number];

function toStripPeriod({ id, account, status, label, start, end, isOngoing }: PeriodNode): StripPeriod {
  return {
    id,
    account: account.name,
    status,
    label,
    start: Date.parse(start),
    end: end === null ? null : Date.parse(end),
    isOngoing,
  };
}
