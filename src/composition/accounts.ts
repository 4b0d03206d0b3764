import { getHeapStatistics } from 'node:v8';
import { createAccountCache } from '../cache/account-cache.ts';
import type { OwnedAccountCache } from '../cache/cache.ts';
import type { Fleet } from '../cache/fleet.ts';
import type { AccountConfig } from '../config/account.ts';
import type { Config } from '../config/schema.ts';
import { createDirectory, type Directory } from '../directory/directory.ts';
import type { DirectoryMetrics } from '../directory/ports.ts';
import type { Clock } from '../domain/clock.ts';
import type { SourceReport } from '../domain/source.ts';
import type { SharedHealthStore } from '../gather/ports.ts';
import { createAccountHeaders, USER_AGENT } from '../http/account-headers.ts';
import type { Transport } from '../http/transport.ts';
import { createVendorHttp } from '../http/vendor-http.ts';
import type { LevelledLogger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { type ContentMemory, contentMemoryLimits, createContentMemory } from '../vendors/content-memory.ts';
import type { AccountAdapter, VendorAdapter } from '../vendors/vendor.ts';
import type { LimitedLogs } from './limited-logs.ts';
import { createCacheReadObserver, createDebugLog, createDropObserver, createVendorHttpObserver } from './observers.ts';

/** What the accounts of a process share. */
export interface AccountDependencies {
  readonly config: Config;
  readonly vendors: readonly VendorAdapter[];
  readonly fleet: Fleet;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: LevelledLogger;
  readonly logs: LimitedLogs;
  /** Receives the id of every cache entry that is written. */
  readonly onEntryWritten?: ((id: string) => void) | undefined;
}

/** A configured account and the adapter that reads from it. */
export interface ConnectedAccount {
  readonly config: AccountConfig;
  readonly vendor: VendorAdapter;
  readonly adapter: AccountAdapter;
  readonly cache: OwnedAccountCache;
  /** What the processes of a fleet exchange about the account's health; absent for a single process. */
  readonly healthStore: SharedHealthStore | undefined;
}

/** Creates the adapter of every configured account, in configuration order. */
export function connectAccounts(dependencies: AccountDependencies): readonly ConnectedAccount[] {
  const { clock, config } = dependencies;
  const contentMemory = createContentMemory(contentMemoryLimits(getHeapStatistics().heap_size_limit), clock);
  return config.accounts.map((account) => connectAccount(account, { ...dependencies, contentMemory }));
}

function connectAccount(
  account: AccountConfig,
  { contentMemory, ...dependencies }: AccountDependencies & { readonly contentMemory: ContentMemory },
): ConnectedAccount {
  const { config, vendors, fleet, transport, clock, metrics, logger, logs } = dependencies;
  const vendor = vendors.find(({ key }) => key === account.vendor);
  if (!vendor) throw new Error(`unknown vendor in the configuration: ${account.vendor}`);
  const identity = { name: account.name, vendor: vendor.name };
  const { fingerprint, leases, tokenStore, acquireSharedQuota, healthExchange, sharedGate } = fleet.forAccount(account);
  const { timeoutMs, concurrency, maxQueued, requestsPerMinute, maxRetries, circuitBreaker, honorRetryAfter } = account;
  const log = createDebugLog(logger);
  const http = createVendorHttp({
    account: identity,
    timeoutMs,
    concurrency,
    maxQueued,
    requestsPerMinute,
    acquireSharedQuota,
    fleetSize: fleet.size,
    sharedGate,
    maxRetries,
    circuitBreaker,
    honorRetryAfter,
    clock,
    random: Math.random,
    dispatcher: transport.dispatcherFor(account),
    isStaleConnection: transport.isStaleConnection,
    accountHeaders: createAccountHeaders({ ...account, userAgent: USER_AGENT }),
    metrics: createVendorHttpObserver(metrics, logger, logs),
    log,
  });
  const cache = createAccountCache({
    account: identity,
    fingerprint,
    store: fleet.store,
    leases,
    synchronousReads: config.performance.synchronousReads,
    shutdownSignal: fleet.shutdownSignal,
    clock,
    staleIfErrorSeconds: config.cache.staleIfErrorSeconds,
    onRead: createCacheReadObserver(account.name, metrics, log),
    onRefreshFailed: logs.refreshFailed,
    onWritten: dependencies.onEntryWritten,
  });
  const adapter = vendor.connect(account, {
    account: identity,
    clock,
    http,
    cache,
    tokenStore,
    ttl: config.cache.ttl,
    onDropped: createDropObserver(account.name, metrics, logs),
    onTokenRenewalFailed: logs.renewalFailed,
    contentMemory,
  });
  fleet.setExtentOf(cache.idPrefix, adapter.extentOf);
  const healthStore = healthExchange && { exchange: healthExchange };
  return { config: account, vendor, adapter, cache, healthStore };
}

export interface DirectoryDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly onReport: (report: SourceReport) => void;
  /** Cancels discoveries, which no request cancels. */
  readonly shutdownSignal: AbortSignal;
  readonly metrics: DirectoryMetrics;
  readonly onUnexpectedError: (error: unknown) => void;
}

/** Creates the directory over the configured agents and the accounts that discover further ones. */
export function createAgentDirectory(
  accounts: readonly ConnectedAccount[],
  { config, clock, onReport, shutdownSignal, metrics, onUnexpectedError }: DirectoryDependencies,
): Directory {
  return createDirectory({
    entries: config.agents,
    teams: config.teams,
    accounts: accounts.map(({ config: account, vendor, adapter, cache }) => ({
      ...adapter.account,
      references: vendor.references,
      adapter,
      cache,
      ...discoverySettings(account),
    })),
    clock,
    shutdownSignal,
    // Half of a short request timeout stays for the query itself.
    maxRequestWaitMs: config.limits.requestTimeoutMs / 2,
    maxFiles: config.limits.maxFiles,
    onReport,
    metrics,
    onUnexpectedError,
  });
}

/** Vendors that discover agents have these settings. */
function discoverySettings(
  account: AccountConfig & { readonly discover?: unknown; readonly discoverTimeoutMs?: unknown },
) {
  const { discover, discoverTimeoutMs } = account;
  return {
    discover: discover === true,
    discoverTimeoutMs: typeof discoverTimeoutMs === 'number' ? discoverTimeoutMs : 0,
  };
}
