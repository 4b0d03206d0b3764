import type { AccountConfig } from '../config/account.ts';
import type { RedisAddress } from '../config/redis-address.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { SharedRetryAfterGate } from '../http/ports.ts';
import { accountFingerprint } from './account-fingerprint.ts';
import type { DiskObserver } from './disk-connection.ts';
import { createDiskStore } from './disk-store.ts';
import { createLeases, type Leases } from './leases.ts';
import { createMemoryStore, type StoreUse } from './memory-store.ts';
import { createRedisExchange, type ExchangeTexts } from './redis-exchange.ts';
import { createRedisFleetSize, type FleetSize } from './redis-fleet-size.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';
import { createRedisRetryAfterGate } from './redis-retry-after-gate.ts';
import { createRedisStore } from './redis-store.ts';
import { createRedisTime, type RedisTime, SAME_TIME } from './redis-time.ts';
import { connectRedis, type RedisConnection, type RedisObserver } from './redis.ts';
import { createSteadyClock, type SteadyClock } from './steady-clock.ts';
import type { Store } from './store.ts';
import { createSharedTokenStore, type SharedTokenStore } from './token-store.ts';
import { createTwoLevelStore } from './two-level-store.ts';

/** How long the fleet waits for a process that died during a fetch; one that lives renews its leases. */
const LEASE_TTL_MS = 5 * SECOND;
/** The rest of the heap is for responses under construction. */
const MAX_HEAP_RATIO = 1 / 3;

const SINGLE_PROCESS: FleetSize = { size: () => 1, close: () => Promise.resolve() };

export interface FleetOptions {
  /** Redis or Valkey; absent for a single process. */
  readonly address: RedisAddress | undefined;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly observer: RedisObserver;
  /** A file that keeps entries over a restart; absent: none. Never together with an address. */
  readonly disk?: FleetDisk | undefined;
  /** Whether all processes have this very clock, as in a simulation: its times are then not compared with those of Redis. */
  readonly isClockShared?: boolean | undefined;
}

export interface FleetDisk {
  readonly path: string;
  readonly maxBytes: number;
  readonly observer: DiskObserver;
}

/** What the processes of a gateway share: a store, leases for fetches, rate limits and access tokens. */
export interface Fleet {
  readonly store: Store;
  /** How full this process's memory level is. */
  readonly memoryUse: () => StoreUse;
  /** How full the file is; absent without one. */
  readonly diskUse?: () => StoreUse;
  /** Aborted by `close`; cancels all background work. */
  readonly shutdownSignal: AbortSignal;
  readonly forAccount: (account: AccountConfig) => AccountSharedState;
  /** The last known number of processes, at least one: it divides a limit while Redis is away. */
  readonly size: () => number;
  readonly close: () => Promise<void>;
}

/** What an account shares with the same account in other processes; empty for a single process. */
export interface AccountSharedState {
  readonly fingerprint?: string;
  readonly leases?: Leases;
  readonly tokenStore?: SharedTokenStore;
  /** Exchanges what each process knows of the account's health. */
  readonly healthExchange?: ExchangeTexts;
  /** Counts a call against the account's rate limit in all processes. Present if the account has a limit. */
  readonly acquireSharedQuota?: () => Promise<number | null>;
  /** Holds back the calls of all processes after a 429 response. */
  readonly sharedGate?: SharedRetryAfterGate;
}

export function createFleet({ address, maxBytes, clock, observer, disk, isClockShared }: FleetOptions): Fleet {
  const shutdownController = new AbortController();
  const shutdownSignal = shutdownController.signal;
  const local = createMemoryStore(maxBytes);

  function createFleetOn(store: Store, forAccount: Fleet['forAccount'], fleetSize = SINGLE_PROCESS): Fleet {
    return {
      store,
      memoryUse: local.use,
      shutdownSignal,
      forAccount,
      size: fleetSize.size,
      close: async () => {
        shutdownController.abort(new Error('the gateway is closing'));
        await fleetSize.close();
        await store.close();
      },
    };
  }

  if (address === undefined && disk) {
    const steadyClock = createSteadyClock(clock);
    const file = createDiskStore({ ...disk, clock: steadyClock });
    return { ...createFleetOn(createTwoLevelStore(local, file, steadyClock), withFingerprint), diskUse: file.use };
  }
  if (address === undefined) return createFleetOn(local, () => ({}));
  const redis = connectRedis(address, clock, observer);
  const steadyClock = createSteadyClock(clock);
  const estimate = createRedisTime();
  const redisTime = isClockShared ? SAME_TIME : estimate;
  const forAccount = createAccountSharing({ redis, clock: steadyClock, redisTime, shutdownSignal });
  const store = createTwoLevelStore(local, createRedisStore(redis, steadyClock, redisTime), steadyClock);
  return createFleetOn(store, forAccount, createRedisFleetSize(redis, steadyClock, estimate));
}

interface SharingOptions {
  readonly redis: RedisConnection;
  readonly clock: SteadyClock;
  readonly redisTime: RedisTime;
  readonly shutdownSignal: AbortSignal;
}

function createAccountSharing({ redis, clock, redisTime, shutdownSignal }: SharingOptions): Fleet['forAccount'] {
  return (account) => {
    const fingerprint = accountFingerprint(account);
    const leases = createLeases(redis, LEASE_TTL_MS);
    return {
      fingerprint,
      leases,
      tokenStore: createSharedTokenStore({ redis, leases, clock, redisTime, fingerprint, shutdownSignal }),
      healthExchange: createRedisExchange(redis, fingerprint),
      sharedGate: createRedisRetryAfterGate(redis, fingerprint),
      ...sharedQuotaOf(account, redis, fingerprint),
    };
  };
}

/** A file outlasts the configuration: an account of the same name may be another one after a restart. */
function withFingerprint(account: AccountConfig): AccountSharedState {
  return { fingerprint: accountFingerprint(account) };
}

function sharedQuotaOf(
  { requestsPerMinute }: AccountConfig,
  redis: RedisConnection,
  fingerprint: string,
): Pick<AccountSharedState, 'acquireSharedQuota'> {
  if (requestsPerMinute === undefined) return {};
  return { acquireSharedQuota: createRedisRateLimiter(redis, fingerprint, requestsPerMinute) };
}

/** Returns the memory bound of the cache: the configured bytes, unless the heap of the process is too small for them. */
export function maxCacheBytes(configuredBytes: number, heapLimitBytes: number): number {
  return Math.min(configuredBytes, Math.floor(heapLimitBytes * MAX_HEAP_RATIO));
}
