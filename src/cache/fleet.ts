import type { AccountConfig } from '../config/account.ts';
import type { RedisAddress } from '../config/redis-address.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { SharedRetryAfterGate } from '../http/ports.ts';
import { accountFingerprint } from './account-fingerprint.ts';
import type { DiskObserver } from './disk-connection.ts';
import { createDiskStore } from './disk-store.ts';
import { createLocalPurges, type FleetPurges } from './fleet-purges.ts';
import { maxRetentionMs } from './freshness.ts';
import { createLeases, type Leases } from './leases.ts';
import { createMemoryStore, type StoreUse } from './memory-store.ts';
import { createEntryMatcher, type ExtentOf, type PurgeRule } from './purge-rule.ts';
import { type Claims, createRedisClaims } from './redis-claims.ts';
import { createRedisExchange, type ExchangeTexts } from './redis-exchange.ts';
import { createRedisFleetSize, type FleetSize } from './redis-fleet-size.ts';
import { createRedisPurges } from './redis-purges.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';
import { createRedisRetryAfterGate } from './redis-retry-after-gate.ts';
import { createRedisStore } from './redis-store.ts';
import { createRedisTime, SAME_TIME } from './redis-time.ts';
import { connectRedis, type RedisConnection, type RedisObserver } from './redis.ts';
import { createSteadyClock } from './steady-clock.ts';
import type { Store } from './store.ts';
import { createSharedTokenStore, type SharedTokenStore } from './token-store.ts';
import { createTwoLevelStore } from './two-level-store.ts';

/** How long the fleet waits for a process that died during a fetch; one that lives renews its leases. */
const LEASE_TTL_MS = 5 * SECOND;
const DEFAULT_RETENTION_MS = maxRetentionMs({ staleIfErrorSeconds: 0, ttl: {} });

export interface FleetOptions {
  /** Redis or Valkey; absent for a single process. */
  readonly address: RedisAddress | undefined;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly observer: RedisObserver;
  /** A file that keeps entries over a restart; absent: none. Never together with an address. */
  readonly disk?: FleetDisk | undefined;
  /** How long an entry may be stored at most; absent: with the default TTLs. */
  readonly retentionMs?: number | undefined;
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
  /** Resolves once the file can be read; absent without one. */
  readonly diskOpened?: Promise<unknown>;
  /** Aborted by `close`; cancels all background work. */
  readonly shutdownSignal: AbortSignal;
  readonly forAccount: (account: AccountConfig) => AccountSharedState;
  /** Which process of the fleet does what a name stands for. */
  readonly claims: Claims;
  /** Purges in all processes. */
  readonly purges: FleetPurges;
  /** Drops the entries of an account that is not connected from this process: it may be connected again. */
  readonly dropEntries: (rule: PurgeRule) => void;
  /** Sets the function by which a purge of a part of an account finds the entries to drop. */
  readonly setExtentOf: (idPrefix: string, extentOf: ExtentOf | undefined) => void;
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

export function createFleet(options: FleetOptions): Fleet {
  const { address, maxBytes } = options;
  const shutdownController = new AbortController();
  const { signal: shutdownSignal } = shutdownController;
  const local = createMemoryStore(maxBytes);
  const extents = new Map<string, ExtentOf | undefined>();
  const shared =
    address === undefined
      ? keepLocally(local, options)
      : connectShared(address, options, { local, extents, shutdownSignal });
  const { store, diskUse, diskOpened, purges, fleetSize, forAccount, claims } = shared;
  return {
    store,
    memoryUse: local.use,
    ...(diskUse && { diskUse }),
    ...(diskOpened && { diskOpened }),
    shutdownSignal,
    forAccount,
    purges,
    claims,
    dropEntries: (rule) => {
      store.drop?.(createEntryMatcher(rule, extents.get(rule.idPrefix)));
    },
    setExtentOf: (idPrefix, extentOf) => {
      extents.set(idPrefix, extentOf);
    },
    size: fleetSize.size,
    close: async () => {
      shutdownController.abort(new Error('the gateway is closing'));
      await Promise.all([fleetSize.close(), purges.close()]);
      await store.close();
    },
  };
}

/** What processes share, if anything. */
interface Shared extends Pick<Fleet, 'store' | 'diskUse' | 'diskOpened' | 'forAccount' | 'purges' | 'claims'> {
  readonly fleetSize: FleetSize;
}

const SHARES_NOTHING: Omit<Shared, 'store'> = {
  forAccount: () => ({}),
  purges: createLocalPurges(),
  claims: { claim: () => Promise.resolve('unknown') },
  fleetSize: { size: () => 1, close: () => Promise.resolve() },
};

/** For a single process: memory, and a file below it where there is one. */
function keepLocally(local: Store, { disk, clock }: FleetOptions): Shared {
  if (!disk) return { ...SHARES_NOTHING, store: local };
  const steadyClock = createSteadyClock(clock);
  const file = createDiskStore({ ...disk, clock: steadyClock });
  return {
    ...SHARES_NOTHING,
    store: createTwoLevelStore(local, file, steadyClock),
    diskUse: file.use,
    diskOpened: file.opened,
    purges: createLocalPurges(file.settlePurges),
    // A file outlasts the configuration: an account of the same name may be another one after a restart.
    forAccount: (account) => ({ fingerprint: accountFingerprint(account) }),
  };
}

interface OwnParts {
  readonly local: Store;
  readonly extents: ReadonlyMap<string, ExtentOf | undefined>;
  readonly shutdownSignal: AbortSignal;
}

function connectShared(
  address: RedisAddress,
  { clock, observer, retentionMs = DEFAULT_RETENTION_MS, isClockShared }: FleetOptions,
  { local, extents, shutdownSignal }: OwnParts,
): Shared {
  const redis = connectRedis(address, clock, observer);
  const steadyClock = createSteadyClock(clock);
  const estimate = createRedisTime();
  const redisTime = isClockShared ? SAME_TIME : estimate;
  const purges = createRedisPurges({
    redis,
    clock: steadyClock,
    redisTime,
    retentionMs,
    isClockShared,
    createMatcher: (rule) => createEntryMatcher(rule, extents.get(rule.idPrefix)),
  });
  return {
    store: createTwoLevelStore(local, createRedisStore(redis, steadyClock, redisTime, purges), steadyClock),
    purges,
    claims: createRedisClaims(redis),
    fleetSize: createRedisFleetSize(redis, steadyClock, estimate),
    forAccount: (account) => {
      const fingerprint = accountFingerprint(account);
      const leases = createLeases(redis, LEASE_TTL_MS);
      const tokenOptions = { redis, leases, clock: steadyClock, redisTime, fingerprint, shutdownSignal };
      return {
        fingerprint,
        leases,
        tokenStore: createSharedTokenStore(tokenOptions),
        healthExchange: createRedisExchange(redis, fingerprint),
        sharedGate: createRedisRetryAfterGate(redis, fingerprint),
        ...sharedQuotaOf(account, redis, fingerprint),
      };
    },
  };
}

function sharedQuotaOf(
  { requestsPerMinute }: AccountConfig,
  redis: RedisConnection,
  fingerprint: string,
): Pick<AccountSharedState, 'acquireSharedQuota'> {
  if (requestsPerMinute === undefined) return {};
  return { acquireSharedQuota: createRedisRateLimiter(redis, fingerprint, requestsPerMinute) };
}
