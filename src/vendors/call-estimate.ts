import type { AccountCache, CacheNamespace } from '../cache/cache.ts';
import type { Instant } from '../domain/clock.ts';
import type { InteractionQuery } from '../domain/interaction.ts';
import type { TimeRange } from '../domain/time.ts';
import type { UsageQuery } from '../domain/usage-stats.ts';

/** What a query may ask an account, known before it runs: a function of `Sources` with its arguments. */
export type PlannedRead = { readonly capability: 'discover' } | PlannedAgentRead;

export type PlannedAgentRead = ReadSpec & {
  readonly target: TargetAgents;
  /**
   * Questions with the same word here are all put at the same moment, so that one call may answer several. Null: nobody
   * knows when, each agent's by itself.
   */
  readonly batchKey: string | null;
};

export type ReadSpec =
  | { readonly capability: 'statusPeriods' | 'sessions'; readonly during: TimeRange }
  | { readonly capability: 'currentStatus' }
  | { readonly capability: 'latestInteractions'; readonly query: InteractionQuery }
  | { readonly capability: 'usageStats'; readonly query: UsageQuery };

/** The agents that a question is about, as far as that is known beforehand. */
export interface TargetAgents {
  /** Equal for the same agents. */
  readonly key: string;
  /** No more than so many. */
  readonly maxAgents: number;
  /** References that may be theirs; more than `most` where it can be any of them. */
  readonly refs: readonly string[];
  /** Whether some may have references that are not known yet: agents with an e-mail address only, or of any kind. */
  readonly unlisted: UnlistedAgents;
}
export type UnlistedAgents = 'none' | 'by-email' | 'any';

/** So many calls of an endpoint. */
export interface CallEstimate {
  readonly endpoint: string;
  readonly calls: number;
}

/** What a connection can say of calls that it has not made. Both take the query's own "now". */
export interface ConnectionEstimates {
  /**
   * How many calls these questions can take, were nothing cached: never fewer than they do take, as long as the vendor
   * answers as it promises. Asks nobody.
   */
  readonly maxCalls: (reads: readonly PlannedRead[], now: Instant) => readonly CallEstimate[];
  /** The same with what the cache has just now. Asks the cache, but no vendor. */
  readonly uncachedCalls: (reads: readonly PlannedRead[], now: Instant) => Promise<readonly CallEstimate[]>;
}

/** What is there already and need not be called for. */
export interface CacheProbe {
  readonly isCached: <Key, Value>(namespace: CacheNamespace<Key, Value>, key: Key) => boolean;
  /** Whether what the process holds beside the cache (a token) counts. */
  readonly includesTokens: boolean;
}

/** How a vendor estimates. Pure, but for a token's being there; asks `held` about every key, without short cuts. */
export type CallEstimator = (reads: readonly PlannedRead[], now: Instant, probe: CacheProbe) => readonly CallEstimate[];

const EMPTY_PROBE: CacheProbe = { isCached: () => false, includesTokens: false };

type AnyNamespace = CacheNamespace<unknown, unknown>;

export function createConnectionEstimates(cache: AccountCache, estimate: CallEstimator): ConnectionEstimates {
  return {
    maxCalls: (reads, now) => estimate(reads, now, EMPTY_PROBE),

    // Estimating is pure and the cache is not: the first run tells which keys matter, the second knows what became of them.
    uncachedCalls: async (reads, now) => {
      const requestedKeys = new Map<AnyNamespace, Map<string, unknown>>();
      estimate(reads, now, {
        includesTokens: false,
        isCached: (namespace, key) => {
          const keys = requestedKeys.get(namespace as AnyNamespace) ?? new Map<string, unknown>();
          requestedKeys.set(namespace as AnyNamespace, keys.set(cacheKeyOf(namespace, key), key));
          return false;
        },
      });
      const cachedKeys = new Map<AnyNamespace, ReadonlySet<string>>();
      for (const [namespace, keys] of requestedKeys) {
        const cachedValues = await cache.peek(namespace, [...keys.values()]);
        cachedKeys.set(namespace, new Set([...keys.keys()].filter((_, index) => cachedValues[index] !== undefined)));
      }
      return estimate(reads, now, {
        includesTokens: true,
        isCached: (namespace, key) =>
          cachedKeys.get(namespace as AnyNamespace)?.has(cacheKeyOf(namespace, key)) ?? false,
      });
    },
  };
}

function cacheKeyOf<Key, Value>(namespace: CacheNamespace<Key, Value>, key: Key): string {
  return JSON.stringify(namespace.keyParts(key));
}

/** The same, worked out once for each name: much of a plan is asked about many agents and depends on none of them. */
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

/** How many agents all of these mean at most, counting of the known references only those that are missing something. */
export function countAgents(targets: readonly TargetAgents[], isUncached: (ref: string) => boolean): number {
  const distinct = [...new Map(targets.map((target) => [target.key, target])).values()];
  const uncachedRefs = distinct.map(({ refs }) => refs.filter(isUncached));
  const maxByTarget = distinct.map(({ maxAgents, unlisted }, index) =>
    unlisted === 'none' ? Math.min(maxAgents, uncachedRefs[index]?.length ?? 0) : maxAgents,
  );
  const sum = maxByTarget.reduce((a, b) => a + b, 0);
  return distinct.some(({ unlisted }) => unlisted !== 'none') ? sum : Math.min(sum, new Set(uncachedRefs.flat()).size);
}
