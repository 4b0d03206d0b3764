import type { AccountCache, CacheNamespace } from '../cache/cache.ts';
import type { Instant } from '../domain/clock.ts';
import type { InteractionQuery } from '../domain/interaction.ts';
import type { TimeRange } from '../domain/time.ts';
import type { UsageQuery } from '../domain/usage-stats.ts';

/** A read of an account that a query may make, known before it runs: a function of AccountDataSource with its arguments. */
export type PlannedRead = { readonly capability: 'discover' } | PlannedAgentRead;

export type PlannedAgentRead = ReadSpec & {
  readonly target: TargetAgents;
  /**
   * Reads with the same key are made at the same moment, so that one call may serve several. Null: the moment is unknown, and
   * every agent is read separately.
   */
  readonly batchKey: string | null;
};

export type ReadSpec =
  | { readonly capability: 'statusPeriods' | 'sessions'; readonly during: TimeRange }
  | { readonly capability: 'currentStatus' }
  | { readonly capability: 'latestInteractions'; readonly query: InteractionQuery }
  | { readonly capability: 'usageStats'; readonly query: UsageQuery };

/** The agents that a read is about, as far as they are known beforehand. */
export interface TargetAgents {
  /** Equal for the same agents. */
  readonly key: string;
  /** Upper bound of their number. */
  readonly maxAgents: number;
  /** References that may be theirs, each once; more than `maxAgents` where any of them can be. */
  readonly refs: readonly string[];
  /** Whether some may have references that are not known yet. */
  readonly unlisted: UnlistedAgents;
}

/** Agents that are not in the directory: none, those with an e-mail address only, or any. */
export type UnlistedAgents = 'none' | 'by-email' | 'any';

/** The number of calls of an endpoint. */
export interface CallEstimate {
  readonly endpoint: string;
  readonly calls: number;
}

/** What an account predicts of calls that it has not made. Both functions take the query's own "now", and call no vendor. */
export interface AccountCallEstimates {
  /** Upper bound of the calls that these reads take with an empty cache, as long as the vendor keeps to its contract. */
  readonly maxCalls: (reads: readonly PlannedRead[], now: Instant) => readonly CallEstimate[];
  /** The same without the calls that the cache saves now. Reads the cache. */
  readonly uncachedCalls: (reads: readonly PlannedRead[], now: Instant) => Promise<readonly CallEstimate[]>;
}

/** What is present already and needs no call. */
export interface CacheProbe {
  readonly isCached: <Key, Value>(namespace: CacheNamespace<Key, Value>, key: Key) => boolean;
  /** Whether nothing is cached, whatever the key, so that an estimator may leave out making and probing keys. */
  readonly isEmpty?: boolean;
  /** Whether access tokens, which the process holds outside the cache, count as present. */
  readonly includesTokens: boolean;
}

/**
 * A vendor's estimate. It is a pure function, except for the presence of a token. It probes every key that its reads may need,
 * without short-circuiting: `recordLookups` depends on that. Only an empty cache need not be probed.
 */
export type CallEstimator = (reads: readonly PlannedRead[], now: Instant, probe: CacheProbe) => readonly CallEstimate[];

const EMPTY_PROBE: CacheProbe = { isCached: () => false, isEmpty: true, includesTokens: false };

type AnyNamespace = CacheNamespace<unknown, unknown>;

/** The keys of each namespace, by their text. */
type KeysByNamespace = ReadonlyMap<AnyNamespace, ReadonlyMap<string, unknown>>;

/**
 * Makes a pure estimator work with a cache that answers asynchronously: the first run records which keys it probes, the second
 * replays it with what the cache has of them.
 */
export function createCallEstimates(cache: AccountCache, estimate: CallEstimator): AccountCallEstimates {
  return {
    maxCalls: (reads, now) => estimate(reads, now, EMPTY_PROBE),
    uncachedCalls: async (reads, now) => {
      const lookups = recordLookups((probe) => estimate(reads, now, probe));
      const cached = await findCached(cache, lookups);
      return replay((probe) => estimate(reads, now, probe), cached);
    },
  };
}

type RunEstimate = (probe: CacheProbe) => readonly CallEstimate[];

/** Runs the estimate with an empty cache and returns the keys that it probes. */
function recordLookups(run: RunEstimate): KeysByNamespace {
  const lookups = new Map<AnyNamespace, Map<string, unknown>>();
  run({
    includesTokens: false,
    isCached: (namespace, key) => {
      const keys = lookups.get(namespace as AnyNamespace) ?? new Map<string, unknown>();
      lookups.set(namespace as AnyNamespace, keys.set(cacheKeyOf(namespace, key), key));
      return false;
    },
  });
  return lookups;
}

/** The keys that the cache has, with one request per namespace. */
async function findCached(cache: AccountCache, lookups: KeysByNamespace): Promise<KeysByNamespace> {
  const cached = new Map<AnyNamespace, ReadonlyMap<string, unknown>>();
  for (const [namespace, keys] of lookups) {
    const values = await cache.peek(namespace, [...keys.values()]);
    cached.set(namespace, new Map([...keys].filter((_, index) => values[index] !== undefined)));
  }
  return cached;
}

/** Runs the estimate again, with the cached keys present. */
function replay(run: RunEstimate, cached: KeysByNamespace): readonly CallEstimate[] {
  return run({
    includesTokens: true,
    isCached: (namespace, key) => cached.get(namespace as AnyNamespace)?.has(cacheKeyOf(namespace, key)) ?? false,
  });
}

function cacheKeyOf<Key, Value>(namespace: CacheNamespace<Key, Value>, key: Key): string {
  return JSON.stringify(namespace.keyParts(key));
}

/** Memoises `compute` by key: much of a plan is computed for many agents and depends on none of them. */
export function memoizeBy<Input, Output>(
  keyOf: (input: Input) => string,
  compute: (input: Input) => Output,
): (input: Input) => Output {
  const results = new Map<string, { readonly value: Output }>();
  return (input) => {
    const key = keyOf(input);
    const { value } = results.get(key) ?? { value: compute(input) };
    results.set(key, { value });
    return value;
  };
}

/** The groups of `Map.groupBy`. A single item, which is what nearly all queries have, needs no key. */
export function groupByKey<T>(items: readonly T[], keyOf: (item: T) => string): Iterable<readonly T[]> {
  return items.length === 1 ? [items] : Map.groupBy(items, keyOf).values();
}

/** Upper bound of the distinct agents of all targets. Of the known references only uncached ones count. */
export function countAgents(targets: readonly TargetAgents[], isUncached: (ref: string) => boolean): number {
  const [only, ...others] = targets;
  // Nearly always. The references of one target are distinct.
  if (only && others.length === 0) return maxUncached(only, countMatching(only.refs, isUncached));
  const distinct = [...new Map(targets.map((target) => [target.key, target])).values()];
  const uncachedRefs = distinct.map(({ refs }) => refs.filter(isUncached));
  const sum = distinct
    .map((target, index) => maxUncached(target, uncachedRefs[index]?.length ?? 0))
    .reduce((a, b) => a + b, 0);
  return distinct.some(({ unlisted }) => unlisted !== 'none') ? sum : Math.min(sum, new Set(uncachedRefs.flat()).size);
}

function maxUncached({ maxAgents, unlisted }: TargetAgents, uncachedRefs: number): number {
  return unlisted === 'none' ? Math.min(maxAgents, uncachedRefs) : maxAgents;
}

function countMatching(refs: readonly string[], matches: (ref: string) => boolean): number {
  let count = 0;
  for (const ref of refs) if (matches(ref)) count += 1;
  return count;
}
