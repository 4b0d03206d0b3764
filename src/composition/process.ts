import type { GraphQLSchema } from 'graphql';
import { createFleet, type Fleet } from '../cache/fleet.ts';
import { maxRetentionMs } from '../cache/freshness.ts';
import type { Config } from '../config/schema.ts';
import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import type { Tracer } from '../domain/trace-span.ts';
import { instrumentResponseObjects } from '../graphql/limits/response-objects.ts';
import { createSchema } from '../graphql/schema.ts';
import { createTransport, type Transport } from '../http/transport.ts';
import { oldGenerationLimit } from '../observability/heap-limit.ts';
import type { LevelledLogger } from '../observability/logger.ts';
import { createMetrics, type Metrics, type MetricsPeers } from '../observability/metrics.ts';
import { vendors as registry } from '../vendors/index.ts';
import type { VendorAdapter } from '../vendors/vendor.ts';
import { type AccountPool, createAccountPool } from './account-pool.ts';
import { type Authentication, type AuthenticationConfig, createAuthentications } from './authentication.ts';
import { maxCacheBytes } from './heap-shares.ts';
import { createIssuerFetch } from './issuer-fetch.ts';
import { createLimitedLogs, type LimitedLogs } from './limited-logs.ts';
import { createDiskObserver, createRedisObserver, createUnexpectedErrorObserver } from './observers.ts';
import { createResponseCaches, type ResponseCaches } from './response-caches.ts';
import { connectTracing } from './tracing.ts';

export interface AppOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: LevelledLogger;
  /** Whether all gateways on one Redis have this very clock, as in a simulation. */
  readonly isClockShared?: boolean;
  /** Also publishes the metrics of the Node process; for at most one app in a process. */
  readonly collectProcessMetrics?: boolean;
  /** Other processes that serve the same address. */
  readonly metricsPeers?: MetricsPeers | undefined;
  /** What /readyz says beside the status of a gateway that is ready. */
  readonly readinessDetail?: (() => object) | undefined;
  /** How many lines the log has lost. */
  readonly lostLogLines?: () => number;
  /** The vendors to support; those of the registry when absent. */
  readonly vendors?: readonly VendorAdapter[];
}

/** The parts that live as long as the process, whatever its configuration is. */
export interface ProcessParts {
  readonly clock: Clock;
  readonly logger: LevelledLogger;
  readonly logs: LimitedLogs;
  readonly metrics: Metrics;
  readonly schema: GraphQLSchema;
  readonly transport: Transport;
  readonly fleet: Fleet;
  readonly accounts: AccountPool;
  readonly responses: ResponseCaches;
  /** Absent: nothing is traced. */
  readonly tracer: Tracer | undefined;
  readonly authenticationFor: (config: AuthenticationConfig) => Authentication;
  readonly onUnexpectedError: (error: unknown) => void;
  readonly close: () => Promise<void>;
}

/** `limits` returns those of the configuration that is in force. */
export async function createProcessParts(options: AppOptions, limits: () => Limits): Promise<ProcessParts> {
  const { config, clock, logger, collectProcessMetrics = false, vendors = registry, lostLogLines = () => 0 } = options;
  const metrics = createMetrics({ collectProcessMetrics, peers: options.metricsPeers });
  const onUnexpectedError = createUnexpectedErrorObserver(logger);
  const transport = createTransport(config.proxy);
  metrics.watchLog(lostLogLines);
  const logs = createLimitedLogs(clock, logger);
  const fleet = connectFleet(options, metrics, logs);
  await fleet.diskOpened;
  const responses = createResponseCaches(clock, metrics);
  const connectedAccounts = () => accounts.all();
  const tracing =
    config.traces && (await connectTracing(config.traces, { accounts: connectedAccounts, metrics, logs }));
  const tracer = tracing?.tracer;
  const accounts: AccountPool = createAccountPool({
    vendors,
    fleet,
    transport,
    clock,
    metrics,
    logger,
    logs,
    limits,
    tracer,
    onUnexpectedError,
    onEntryWritten: responses.entryWritten,
  });
  return {
    clock,
    logger,
    logs,
    metrics,
    transport,
    fleet,
    accounts,
    responses,
    tracer,
    onUnexpectedError,
    // Once: it wraps the resolvers of a schema that all configurations share.
    schema: instrumentResponseObjects(createSchema()),
    authenticationFor: createAuthentications({ clock, metrics, logger, fetch: createIssuerFetch(transport) }),
    close: async () => {
      await Promise.allSettled([fleet.close(), transport.close(), tracing?.close()]);
      // After the last query, and what was still to be stored: what they counted is still logged.
      logs.flush();
    },
  };
}

function connectFleet(
  { config: { cache }, clock, logger, isClockShared }: AppOptions,
  metrics: Metrics,
  logs: LimitedLogs,
): Fleet {
  const { path, maxDiskBytes } = cache;
  const fleet = createFleet({
    address: cache.url,
    maxBytes: maxCacheBytes(cache.maxBytes, oldGenerationLimit()),
    clock,
    observer: createRedisObserver(metrics, logger),
    disk:
      path === undefined
        ? undefined
        : { path, maxBytes: maxDiskBytes, observer: createDiskObserver(metrics, logger, logs) },
    retentionMs: maxRetentionMs(cache),
    isClockShared,
  });
  metrics.watchCacheLevel('memory', fleet.memoryUse);
  if (fleet.diskUse) metrics.watchCacheLevel('disk', fleet.diskUse);
  // A Redis that does not answer is reported as down as soon as that is known.
  if (cache.url !== undefined) metrics.redisUp(true);
  return fleet;
}
