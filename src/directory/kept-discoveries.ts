import { z } from 'zod';
import type { AccountCache, CacheNamespace } from '../cache/cache.ts';
import type { DiscoveredAgent } from '../domain/agent.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { DAY, SECOND } from '../domain/time.ts';
import { discoveredAgentSchema } from '../vendors/discovered-agent.ts';
import type { KnownAccount } from './discovered-entries.ts';

/** What is known of an account's agents: its last discovery that returned something. */
export interface KeptDiscovery {
  readonly endpoint: string;
  readonly agents: readonly DiscoveredAgent[];
  readonly fetchedAt: Instant;
}

/** The part of an account's cache in which its last discovery survives a restart, where processes share a store. */
export type DiscoveryStore = Pick<AccountCache, 'peek' | 'primeMany'>;

type StoringAccount = KnownAccount & { readonly cache?: DiscoveryStore };

/** The last discovery of every account, however old. A failed discovery never removes one. */
export interface KeptDiscoveries {
  /** Resolves once what the shared store has of the account is known; reads the store once. */
  readonly restore: (account: StoringAccount) => Promise<void>;
  readonly get: (account: Pick<StoringAccount, 'name'>) => KeptDiscovery | null;
  /** Replaces what is kept; `persist` also writes it to the shared store. */
  readonly keep: (account: StoringAccount, discovery: KeptDiscovery, options: { readonly persist: boolean }) => void;
}

/** Far longer than any outage, so that agents stay known. The store evicts the entry only where space is short. */
const STORED_FOR_SECONDS = (30 * DAY) / SECOND;

const keptDiscoverySchema: z.ZodType<KeptDiscovery> = z.object({
  endpoint: z.string(),
  agents: z.array(discoveredAgentSchema),
  fetchedAt: z.number(),
});

export const keptDiscoveryNamespace: CacheNamespace<null, KeptDiscovery> = {
  endpoint: 'discovery',
  version: 1,
  keyParts: () => ['last'],
  isValid: (value): value is KeptDiscovery => keptDiscoverySchema.safeParse(value).success,
};

export function createKeptDiscoveries(clock: Clock): KeptDiscoveries {
  const kept = new Map<string, KeptDiscovery>();
  const restored = new Map<string, Promise<void>>();

  async function restoreFromStore({ name, cache }: StoringAccount): Promise<void> {
    // A store that fails has nothing: discovery must not depend on it.
    const [stored] = (await cache?.peek(keptDiscoveryNamespace, [null]).catch(() => [])) ?? [];
    if (stored?.value && !kept.has(name)) kept.set(name, stored.value);
  }

  return {
    restore(account) {
      const restoring = restored.get(account.name) ?? restoreFromStore(account);
      restored.set(account.name, restoring);
      return restoring;
    },
    get: ({ name }) => kept.get(name) ?? null,
    keep({ name, cache }, discovery, { persist }) {
      kept.set(name, discovery);
      if (!persist || !cache) return;
      const entry = { value: discovery, ttlSeconds: STORED_FOR_SECONDS };
      cache.primeMany(keptDiscoveryNamespace, [[null, entry]], clock.now()).catch(() => undefined);
    },
  };
}

/** Adds the agents of an earlier discovery that a partial one lacks. `canonical` makes references comparable. */
export function addMissingAgents(
  agents: readonly DiscoveredAgent[],
  earlier: readonly DiscoveredAgent[],
  canonical: (ref: string) => string,
): readonly DiscoveredAgent[] {
  const known = new Set(agents.flatMap(({ ref, aliases }) => [ref, ...aliases].map(canonical)));
  const missing = earlier.filter(({ ref, aliases }) => ![ref, ...aliases].some((each) => known.has(canonical(each))));
  return missing.length === 0 ? agents : [...agents, ...missing];
}
