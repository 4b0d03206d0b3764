import { createAccountCache } from '../cache/account-cache.ts';
import type { OwnedAccountCache } from '../cache/cache.ts';
import type { AccountSharedState, Fleet } from '../cache/fleet.ts';
import type { AccountConfig } from '../config/account.ts';
import type { Config } from '../config/schema.ts';
import type { Limits } from '../config/settings.ts';
import { type AgentDiscovery, createAgentDiscovery } from '../directory/discovery.ts';
import type { Account } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { Tracer } from '../domain/trace-span.ts';
import { type AccountHealthTracker, createAccountHealthTracker } from '../gather/account-health.ts';
import { createAccountHeaders, USER_AGENT } from '../http/account-headers.ts';
import type { CallGauges } from '../http/ports.ts';
import type { Transport } from '../http/transport.ts';
import type { VendorHttp } from '../http/types.ts';
import { createVendorHttp } from '../http/vendor-http.ts';
import type { LevelledLogger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { ContentMemory } from '../vendors/content-memory.ts';
import type { AccountAdapter, VendorAdapter } from '../vendors/vendor.ts';
import type { LimitedLogs } from './limited-logs.ts';
import {
  createCacheReadObserver,
  createDebugLog,
  createDirectoryObserver,
  createDropObserver,
  createHealthObserver,
  createSourceObserver,
  createVendorHttpObserver,
} from './observers.ts';

/** What the accounts of a process share. */
export interface AccountDependencies {
  readonly vendors: readonly VendorAdapter[];
  readonly fleet: Fleet;
  readonly transport: Transport;
  readonly contentMemory: ContentMemory;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: LevelledLogger;
  readonly logs: LimitedLogs;
  /** The limits of the configuration that is in force. */
  readonly limits: () => Limits;
  /** Receives the id of every cache entry that is written. */
  readonly onEntryWritten?: ((id: string) => void) | undefined;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer | undefined;
  readonly onUnexpectedError: (error: unknown) => void;
}

/** The part of a configuration that an account is connected with, besides its own settings. */
export type AccountSurroundings = Pick<Config, 'cache' | 'performance'>;

/** A configured account and the adapter that reads from it. It may outlast the configuration that it was connected by. */
export interface ConnectedAccount {
  readonly config: AccountConfig;
  readonly vendor: VendorAdapter;
  readonly adapter: AccountAdapter;
  readonly cache: OwnedAccountCache;
  readonly health: AccountHealthTracker;
  readonly discovery: AgentDiscovery;
  /** Exports how many of its calls wait, and its quota, under its name. */
  readonly exportCalls: () => void;
  /** Cancels its background work. */
  readonly close: () => void;
}

export interface ConnectAccountOptions {
  readonly surroundings: AccountSurroundings;
  /** Distinguishes the vendor account from others that had the same name in this process. */
  readonly fingerprint: string;
  /** Whether the account's name stands for it: only then are its gauges exported. */
  readonly isInForce: () => boolean;
}

/** Creates the adapter of an account, and all that is known of the account while the process lives. */
export function connectAccount(
  account: AccountConfig,
  dependencies: AccountDependencies,
  { surroundings, fingerprint, isInForce }: ConnectAccountOptions,
): ConnectedAccount {
  const { vendors, fleet, transport, contentMemory, clock, metrics, logger, logs } = dependencies;
  const vendor = vendors.find(({ key }) => key === account.vendor);
  if (!vendor) throw new Error(`unknown vendor in the configuration: ${account.vendor}`);
  const { name, requestsPerMinute } = account;
  const identity = { name, vendor: vendor.name, requestsPerMinute };
  const closing = new AbortController();
  const shutdownSignal = AbortSignal.any([fleet.shutdownSignal, closing.signal]);
  const shared = { fingerprint, ...fleet.forAccount(account) };
  const cache = connectCache(identity, shared, { ...dependencies, ...surroundings, shutdownSignal });
  const { healthExchange } = shared;
  const health = createAccountHealthTracker({
    clock,
    sharedStore: () => healthExchange && { exchange: healthExchange },
    observer: createHealthObserver(logger, logs),
  });
  let exportCalls: () => void = () => undefined;
  const adapter = vendor.connect(account, {
    account: identity,
    clock,
    http: connectHttp(account, identity, shared, {
      ...dependencies,
      isInForce,
      onCallGauges: (gauges) => {
        exportCalls = () => {
          metrics.watchCalls(name, gauges);
        };
      },
    }),
    cache,
    tokenStore: shared.tokenStore,
    ttl: surroundings.cache.ttl,
    onDropped: createDropObserver(name, metrics, logs),
    onTokenRenewalFailed: logs.renewalFailed,
    contentMemory,
  });
  fleet.setExtentOf(cache.idPrefix, adapter.extentOf);
  return {
    config: account,
    vendor,
    adapter,
    cache,
    health,
    discovery: connectDiscovery(health, { ...dependencies, shutdownSignal, isInForce }),
    exportCalls: () => {
      exportCalls();
    },
    close: () => {
      health.close();
      closing.abort(new Error('the account is no longer configured'));
      transport.release(account);
    },
  };
}

function connectHttp(
  account: AccountConfig,
  identity: Account,
  { acquireSharedQuota, sharedGate }: AccountSharedState,
  dependencies: AccountDependencies &
    Pick<ConnectAccountOptions, 'isInForce'> & { readonly onCallGauges: (gauges: CallGauges) => void },
): VendorHttp {
  const { fleet, transport, clock, metrics, logger, logs, isInForce, onCallGauges } = dependencies;
  const { timeoutMs, concurrency, maxQueued, requestsPerMinute, maxRetries, circuitBreaker, honorRetryAfter } = account;
  return createVendorHttp({
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
    forwardTraceContext: account.forwardTraceContext,
    accountHeaders: createAccountHeaders({ ...account, userAgent: USER_AGENT }),
    metrics: {
      ...createVendorHttpObserver(metrics, logger, logs, isInForce),
      watchCalls: (_name, gauges) => {
        onCallGauges(gauges);
      },
    },
    log: createDebugLog(logger),
  });
}

function connectCache(
  identity: Account,
  { fingerprint, leases }: AccountSharedState,
  dependencies: AccountDependencies & AccountSurroundings & { readonly shutdownSignal: AbortSignal },
): OwnedAccountCache {
  const { fleet, clock, metrics, logger, logs, cache, performance, shutdownSignal, onEntryWritten } = dependencies;
  return createAccountCache({
    account: identity,
    fingerprint,
    store: fleet.store,
    leases,
    synchronousReads: performance.synchronousReads,
    shutdownSignal,
    clock,
    staleIfErrorSeconds: cache.staleIfErrorSeconds,
    onRead: createCacheReadObserver(identity.name, metrics, createDebugLog(logger)),
    onRefreshFailed: logs.refreshFailed,
    onWritten: onEntryWritten,
  });
}

function connectDiscovery(
  health: AccountHealthTracker,
  dependencies: AccountDependencies &
    Pick<ConnectAccountOptions, 'isInForce'> & { readonly shutdownSignal: AbortSignal },
): AgentDiscovery {
  const { clock, metrics, logger, logs, limits, tracer, shutdownSignal, isInForce, onUnexpectedError } = dependencies;
  const { sourceReported } = createSourceObserver(metrics, logs);
  return createAgentDiscovery({
    clock,
    shutdownSignal,
    // Half of a short request timeout stays for the query itself.
    maxRequestWaitMs: () => limits().requestTimeoutMs / 2,
    maxFiles: () => limits().maxFiles,
    onReport: (report) => {
      health.recordReport(report);
      sourceReported(report);
    },
    metrics: createDirectoryObserver(metrics, logger, clock, isInForce),
    tracer,
    onUnexpectedError,
  });
}
