import type { AccountConfig } from '../config/account.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { createFleetCount } from './fleet-count.ts';
import { identityOf } from './identity.ts';
import { createLeases, type Leases } from './leases.ts';
import { createMemoryStore } from './memory-store.ts';
import { connectRedis, type RedisObserver } from './redis.ts';
import { createSharedStore } from './shared-store.ts';
import type { Store } from './store.ts';
import { createTwoLevelStore } from './two-level-store.ts';
import { createVault, type Vault } from './vault.ts';

/** However long an account's calls may take, nobody waits longer for another process. */
const LONGEST_LEASE = 10 * SECOND;

export interface FleetOptions {
  /** Redis or Valkey; absent: the process is alone. */
  readonly url: string | undefined;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly observer: RedisObserver;
}

/** What the processes of a gateway have in common: a store, the order in which they fetch, limits and tokens. */
export interface Fleet {
  readonly store: Store;
  /** Aborted by `close`: the end of whatever goes on in the background. */
  readonly closing: AbortSignal;
  readonly share: (account: AccountConfig) => Share;
  readonly close: () => Promise<void>;
}

/** What an account shares with itself in other processes: nothing where the process is alone. */
export interface Share {
  readonly identity?: string;
  readonly leases?: Leases;
  readonly vault?: Vault;
  /** Counts a call against the account's limit, for all processes. Goes with a limit. */
  readonly takeForAll?: () => Promise<number | null>;
}

export function joinFleet({ url, maxBytes, clock, observer }: FleetOptions): Fleet {
  const end = new AbortController();
  const closing = end.signal;
  const near = createMemoryStore(maxBytes);

  function fleetOf(store: Store, share: Fleet['share']): Fleet {
    return {
      store,
      closing,
      share,
      close: async () => {
        end.abort(new Error('the gateway is closing'));
        await store.close();
      },
    };
  }

  if (url === undefined) return fleetOf(near, () => ({}));
  const redis = connectRedis(url, clock, observer);
  return fleetOf(createTwoLevelStore(near, createSharedStore(redis, clock), clock), (account) => {
    const identity = identityOf(account);
    const { requestsPerMinute, timeoutMs } = account;
    const leases = createLeases(redis, Math.min(timeoutMs, LONGEST_LEASE));
    return {
      identity,
      leases,
      vault: createVault({ redis, leases, clock, identity, closing }),
      ...(requestsPerMinute !== undefined && {
        takeForAll: createFleetCount(redis, identity, requestsPerMinute),
      }),
    };
  });
}
