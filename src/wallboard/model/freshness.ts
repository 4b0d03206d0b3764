/** How far a status can be trusted by its age alone. */
export type Freshness = 'fresh' | 'late' | 'stale';

/** Where nothing else is known: the gateway's default time to live of a live status. */
export const DEFAULT_TTL_MS = 15_000;

/** A status should be new after its time to live; half as old again it is late. Beyond twice it is stale, and loses its colour. */
export function freshnessOf(observedAt: number | undefined, now: number, ttlMs: number): Freshness {
  if (observedAt === undefined) return 'fresh';
  const ageMs = now - observedAt;
  if (ageMs > 2 * ttlMs) return 'stale';
  return ageMs > 1.5 * ttlMs ? 'late' : 'fresh';
}

/** The oldest observation that counts for what is shown; null without any. */
export function oldestOf(observedAt: ReadonlyMap<string, number>, ids: readonly string[]): number | null {
  return ids.reduce<number | null>((oldest, id) => {
    const at = observedAt.get(id);
    return at === undefined || (oldest !== null && oldest <= at) ? oldest : at;
  }, null);
}

const MAX_GAPS = 5;

/** The gaps between the latest observations of one status, in milliseconds, the newest last. */
export type ObservationGaps = readonly number[];

export function addGap(gaps: ObservationGaps, gapMs: number): ObservationGaps {
  return gapMs > 0 ? [...gaps, gapMs].slice(-MAX_GAPS) : gaps;
}

/**
 * The time to live of a status, which the gateway does not tell: the shortest of the latest gaps, because an outage makes only longer ones. Never less
 * than the default, so that one early observation does not make the others look old.
 */
export function estimateTtlMs(gaps: ObservationGaps): number {
  return gaps.length === 0 ? DEFAULT_TTL_MS : Math.max(DEFAULT_TTL_MS, Math.min(...gaps));
}
