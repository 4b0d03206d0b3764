import type { AccountConfig } from '../config/account.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';
import { accountFingerprint } from './account-fingerprint.ts';
import { createLeases, type Leases } from './leases.ts';
import { createMemoryStore } from './memory-store.ts';
import { connectRedis, type RedisObserver } from './redis.ts';
import { createRedisStore } from './redis-store.ts';
import type { Store } from './store.ts';
import { createTwoLevelStore } from './two-level-store.ts';
import { createSharedTokenStore, type SharedTokenStore } from './token-store.ts';

/** However long an account's calls may take, nobody waits longer for another process. */
const MAX_LEASE_TTL_MS = 10 * SECOND;

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
  readonly shutdownSignal: AbortSignal;
  readonly forAccount: (account: AccountConfig) => AccountSharedState;
  readonly close: () => Promise<void>;
}

/** What an account shares with itself in other processes: nothing where the process is alone. */
export interface AccountSharedState {
  readonly fingerprint?: string;
  readonly leases?: Leases;
  readonly tokenStore?: SharedTokenStore;
  /** Counts a call against the account's limit, for all processes. Goes with a limit. */
  readonly acquireSharedQuota?: () => Promise<number | null>;
}

export function createFleet({ url, maxBytes, clock, observer }: FleetOptions): Fleet {
  const shutdownController = new AbortController();
  const shutdownSignal = shutdownController.signal;
  const local = createMemoryStore(maxBytes);

  function fleetOver(store: Store, forAccount: Fleet['forAccount']): Fleet {
    return {
      store,
      shutdownSignal,
      forAccount,
      close: async () => {
        shutdownController.abort(new Error('the gateway is closing'));
        await store.close();
      },
    };
  }

  if (url === undefined) return fleetOver(local, () => ({}));
  const redis = connectRedis(url, clock, observer);
  return fleetOver(createTwoLevelStore(local, createRedisStore(redis, clock), clock), (account) => {
    const fingerprint = accountFingerprint(account);
    const { requestsPerMinute, timeoutMs } = account;
    const leases = createLeases(redis, Math.min(timeoutMs, MAX_LEASE_TTL_MS));
    return {
      fingerprint,
      leases,
      tokenStore: createSharedTokenStore({ redis, leases, clock, fingerprint, shutdownSignal }),
      ...(requestsPerMinute !== undefined && {
        acquireSharedQuota: createRedisRateLimiter(redis, fingerprint, requestsPerMinute),
      }),
    };
  });
}
