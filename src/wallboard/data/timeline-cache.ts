import type { QueryResult } from '../../../packages/client/src/index.ts';
import type { TimelinesQuery } from '../generated/documents.ts';
import { type SourceTrouble, toTroubles } from '../model/board-agent.ts';
import type { StripPeriod } from '../model/strip.ts';

/** An agent's periods of today, as last read. */
export interface Timeline {
  readonly periods: readonly StripPeriod[];
  /** Sources that failed or are older than usual; what only comes hours later is no trouble. */
  readonly troubles: readonly SourceTrouble[];
  /** Up to when the periods are whole; null: they have never been. */
  readonly knownUntil: number | null;
  /** When it was last asked for, with whatever success. */
  readonly readAt: number;
}

type TimelinesAnswer = Pick<QueryResult<TimelinesQuery>, 'data' | 'errors'>;
export type TimelineCache = ReadonlyMap<string, Timeline>;

/** Between two reads the list's own status continues a strip. */
export const TIMELINE_MAX_AGE_MS = 60_000;
/** The gateway's limit on `nodes(ids:)`. */
const MAX_IDS = 100;

/** The agents to read now: those on the screen whose timeline is missing or old, at most as many as a query takes. */
export function dueIds(visible: readonly string[], cache: TimelineCache, now: number): readonly string[] {
  return visible.filter((id) => now - (cache.get(id)?.readAt ?? -Infinity) >= TIMELINE_MAX_AGE_MS).slice(0, MAX_IDS);
}

/** Adds what was read; of agents whose read failed, the last timeline stays and is asked for again later. */
export function addTimelines(
  cache: TimelineCache,
  asked: readonly string[],
  answer: TimelinesAnswer | null,
  now: number,
): TimelineCache {
  const next = new Map(cache);
  for (const id of asked) next.set(id, { ...(cache.get(id) ?? NEVER_READ), readAt: now });
  const failed = new Set((answer?.errors ?? []).map(({ path }) => path?.[1]));
  for (const [index, node] of (answer?.data.nodes ?? []).entries()) {
    if (!node || !('id' in node) || failed.has(index)) continue;
    const { nodes, sources } = node.statusPeriods ?? NOT_REPORTED;
    const troubles = toTroubles(sources).filter(({ reason }) => reason !== 'not_yet_written');
    next.set(node.id, {
      periods: nodes.map(toStripPeriod),
      troubles,
      knownUntil: knownUntil(nodes, troubles, cache.get(node.id), now),
      readAt: now,
    });
  }
  return next;
}

/** An older answer is whole up to its last period at least; a missing source says nothing of the day. */
function knownUntil(
  periods: readonly PeriodNode[],
  troubles: readonly SourceTrouble[],
  last: Timeline | undefined,
  now: number,
): number | null {
  if (troubles.length === 0) return now;
  const isOlder = troubles.every(({ outcome }) => outcome === 'STALE') && periods.length > 0;
  const instants = isOlder ? periods.map(({ start, end }) => Date.parse(end ?? start)) : [];
  const latest = Math.max(last?.knownUntil ?? -Infinity, ...instants);
  return latest === -Infinity ? null : latest;
}

const NEVER_READ = { periods: [], troubles: [], knownUntil: null } as const;
/** Of whom no account can tell. */
const NOT_REPORTED = { nodes: [], sources: [] } as const;

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
