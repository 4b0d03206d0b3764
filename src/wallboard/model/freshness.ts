/** How far a status can be trusted by its age alone. */
export type Freshness = 'fresh' | 'late' | 'stale';

/** When the status of one agent was observed, and from when on its age counts. */
export interface Observation {
  /** Of several accounts, the oldest. */
  readonly at: number;
  readonly lateFrom: number;
  readonly staleFrom: number;
}

/** What an account has answered at an instant; the gateway asks it again when the time to live ends. */
export interface Reading {
  readonly fetchedAt: number;
  /** Null where the gateway does not know. */
  readonly freshUntil: number | null;
}

/** The board asks for news at most that often: whatever the time to live is, it has nothing younger. */
const MIN_TTL_MS = 5_000;

/**
 * A status should be new after its time to live; half as old again it is late. Beyond twice it is stale, and loses its colour. Of several
 * accounts, the one whose answer is outdated first counts.
 */
export function toObservation(at: number, readings: readonly Reading[]): Observation {
  const lives = readings.map(({ fetchedAt, freshUntil }) => ({
    fetchedAt,
    ttlMs: Math.max(MIN_TTL_MS, (freshUntil ?? fetchedAt) - fetchedAt),
  }));
  return {
    at,
    lateFrom: Math.min(...lives.map(({ fetchedAt, ttlMs }) => fetchedAt + 1.5 * ttlMs)),
    staleFrom: Math.min(...lives.map(({ fetchedAt, ttlMs }) => fetchedAt + 2 * ttlMs)),
  };
}

export function freshnessOf(observation: Observation | undefined, now: number): Freshness {
  if (!observation) return 'fresh';
  if (now > observation.staleFrom) return 'stale';
  return now > observation.lateFrom ? 'late' : 'fresh';
}

/** How old what is shown is: the age of its oldest status, the freshness of the one that can be trusted least. Null without any. */
export interface OldestStatus {
  readonly at: number;
  readonly freshness: Freshness;
}

export function oldestOf(
  observations: ReadonlyMap<string, Observation>,
  ids: readonly string[],
  now: number,
): OldestStatus | null {
  const known = ids.flatMap((id) => observations.get(id) ?? []);
  const [first, ...others] = known;
  if (!first) return null;
  const earliest = others.reduce(
    (least, { at, lateFrom, staleFrom }) => ({
      at: Math.min(least.at, at),
      lateFrom: Math.min(least.lateFrom, lateFrom),
      staleFrom: Math.min(least.staleFrom, staleFrom),
    }),
    first,
  );
  return { at: earliest.at, freshness: freshnessOf(earliest, now) };
}
