import type { AccountCache, Space } from '../cache/cache.ts';
import type { Instant } from '../domain/clock.ts';
import type { InteractionQuery } from '../domain/interaction.ts';
import type { TimeRange } from '../domain/time.ts';
import type { UsageQuery } from '../domain/usage.ts';

/** What a query may ask an account, known before it runs: a function of `Sources` with its arguments. */
export type Question = { readonly capability: 'discover' } | AgentQuestion;

export type AgentQuestion = Matter & {
  readonly whom: Whom;
  /**
   * Questions with the same word here are all put at the same moment, so that one call may answer several. Null: nobody
   * knows when, each agent's by itself.
   */
  readonly together: string | null;
};

export type Matter =
  | { readonly capability: 'statusPeriods' | 'sessions'; readonly during: TimeRange }
  | { readonly capability: 'currentStatus' }
  | { readonly capability: 'latestInteractions'; readonly query: InteractionQuery }
  | { readonly capability: 'usageStats'; readonly query: UsageQuery };

/** The agents that a question is about, as far as that is known beforehand. */
export interface Whom {
  /** Equal for the same agents. */
  readonly key: string;
  /** No more than so many. */
  readonly most: number;
  /** References that may be theirs; more than `most` where it can be any of them. */
  readonly refs: readonly string[];
  /** Whether some may have references that are not known yet: agents with an e-mail address only, or of any kind. */
  readonly others: Others;
}
export type Others = 'none' | 'with e-mail' | 'any';

/** So many calls of an endpoint. */
export interface Charge {
  readonly endpoint: string;
  readonly calls: number;
}

/** What a connection can say of calls that it has not made. Both take the query's own "now". */
export interface Estimates {
  /**
   * How many calls these questions can take, were nothing cached: never fewer than they do take, as long as the vendor
   * answers as it promises. Asks nobody.
   */
  readonly atMost: (questions: readonly Question[], now: Instant) => readonly Charge[];
  /** The same with what the cache has just now. Asks the cache, but no vendor. */
  readonly missing: (questions: readonly Question[], now: Instant) => Promise<readonly Charge[]>;
}

/** What is there already and need not be called for. */
export interface Held {
  readonly has: <Key, Value>(space: Space<Key, Value>, key: Key) => boolean;
  /** Whether what the process holds beside the cache (a token) counts. */
  readonly tokens: boolean;
}

/** How a vendor estimates. Pure, but for a token's being there; asks `held` about every key, without short cuts. */
export type Estimate = (questions: readonly Question[], now: Instant, held: Held) => readonly Charge[];

const NOTHING: Held = { has: () => false, tokens: false };

type AnySpace = Space<unknown, unknown>;

export function createEstimates(cache: AccountCache, estimate: Estimate): Estimates {
  return {
    atMost: (questions, now) => estimate(questions, now, NOTHING),

    // Estimating is pure and the cache is not: the first run tells which keys matter, the second knows what became of them.
    missing: async (questions, now) => {
      const wanted = new Map<AnySpace, Map<string, unknown>>();
      estimate(questions, now, {
        tokens: false,
        has: (space, key) => {
          const keys = wanted.get(space as AnySpace) ?? new Map<string, unknown>();
          wanted.set(space as AnySpace, keys.set(nameOf(space, key), key));
          return false;
        },
      });
      const held = new Map<AnySpace, ReadonlySet<string>>();
      for (const [space, keys] of wanted) {
        const found = await cache.peek(space, [...keys.values()]);
        held.set(space, new Set([...keys.keys()].filter((_, index) => found[index] !== undefined)));
      }
      return estimate(questions, now, {
        tokens: true,
        has: (space, key) => held.get(space as AnySpace)?.has(nameOf(space, key)) ?? false,
      });
    },
  };
}

function nameOf<Key, Value>(space: Space<Key, Value>, key: Key): string {
  return JSON.stringify(space.canonical(key));
}

/** The same, worked out once for each name: much of a plan is asked about many agents and depends on none of them. */
export function remembered<Given, Made>(
  nameOf: (given: Given) => string,
  make: (given: Given) => Made,
): (given: Given) => Made {
  const known = new Map<string, { readonly made: Made }>();
  return (given) => {
    const name = nameOf(given);
    const { made } = known.get(name) ?? { made: make(given) };
    known.set(name, { made });
    return made;
  };
}

/** How many agents all of these mean at most, counting of the known references only those that are missing something. */
export function countAgents(whoms: readonly Whom[], isMissing: (ref: string) => boolean): number {
  const distinct = [...new Map(whoms.map((whom) => [whom.key, whom])).values()];
  const missing = distinct.map(({ refs }) => refs.filter(isMissing));
  const each = distinct.map(({ most, others }, index) =>
    others === 'none' ? Math.min(most, missing[index]?.length ?? 0) : most,
  );
  const sum = each.reduce((a, b) => a + b, 0);
  return distinct.some(({ others }) => others !== 'none') ? sum : Math.min(sum, new Set(missing.flat()).size);
}
