import type { DiskObserver } from '../cache/disk-connection.ts';
import type { CacheReadResult } from '../cache/ports.ts';
import { classifyRedisError } from '../cache/redis-errors.ts';
import type { RedisObserver } from '../cache/redis.ts';
import type { DirectoryMetrics } from '../directory/ports.ts';
import type { Clock } from '../domain/clock.ts';
import type { HealthObserver, SourceObserver } from '../gather/ports.ts';
import type { DebugLog, VendorHttpMetrics } from '../http/ports.ts';
import { createDiscoveryLog } from '../observability/discovery-log.ts';
import type { LevelledLogger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Logger } from '../server/ports.ts';
import type { OnDropped } from '../vendors/ports.ts';
import type { LimitedLogs } from './limited-logs.ts';

/** Counts failures of the shared cache, and logs when it becomes unavailable and available again. */
export function createRedisObserver(metrics: Metrics, logger: Logger): RedisObserver {
  return {
    onError: (operation, error) => {
      metrics.cacheError(operation, classifyRedisError(error));
    },
    onDown: (error) => {
      metrics.redisUp(false);
      logger.warn(
        { err: error, reason: classifyRedisError(error) },
        'shared cache unavailable, using in-process cache only',
      );
    },
    onUp: () => {
      metrics.redisUp(true);
      logger.info({}, 'shared cache available again');
    },
  };
}

/** Counts and logs failures of the file of the cache. */
export function createDiskObserver(
  metrics: Pick<Metrics, 'cacheError'>,
  logger: Pick<Logger, 'warn'>,
  logs: Pick<LimitedLogs, 'diskFailed'>,
): DiskObserver {
  return {
    onError: (operation, reason, entries) => {
      metrics.cacheError(`disk_${operation}`, reason, entries);
      logs.diskFailed(operation, reason, entries);
    },
    onMovedAside: (movedTo) => {
      logger.warn({ movedTo }, 'damaged cache file moved aside');
    },
  };
}

/**
 * The metrics of calls to vendors; failed calls and circuits that change their state are also logged. The state of an account that is no
 * longer configured is not exported: another account may have its name now.
 */
export function createVendorHttpObserver(
  metrics: Metrics,
  logger: Logger,
  logs: Pick<LimitedLogs, 'vendorCallFailed'>,
  isInForce = () => true,
): VendorHttpMetrics {
  return {
    ...metrics,
    vendorCall: (call) => {
      metrics.vendorCall(call);
      // Neither a caller that gave up nor an agent that the vendor does not know is a failure of the vendor.
      if (call.outcome !== 'OK' && call.outcome !== 'NOT_FOUND' && call.reason !== 'cancelled')
        logs.vendorCallFailed(call);
    },
    circuitState: (account, endpoint, state) => {
      if (isInForce()) metrics.circuitState(account, endpoint, state);
      logger.warn({ account, endpoint, state }, 'circuit breaker state changed');
    },
    retryAfterGate: (account, until) => {
      if (isInForce()) metrics.retryAfterGate(account, until);
    },
  };
}

/** Counts cache reads of one account, and logs them at debug level. */
export function createCacheReadObserver(account: string, metrics: Metrics, log: DebugLog | undefined) {
  return (endpoint: string, result: CacheReadResult, keys: number): void => {
    metrics.cacheRead(account, endpoint, result, keys);
    log?.({ account, endpoint, result, keys }, 'cache read');
  };
}

/** Counts and logs the records of one account that are left out. */
export function createDropObserver(account: string, metrics: Metrics, logs: LimitedLogs): OnDropped {
  return (endpoint, reason, count) => {
    metrics.recordsDropped(account, endpoint, reason, count);
    logs.recordsDropped(account, endpoint, reason, count);
  };
}

/** The metrics of sources; those that lack a part are also logged. */
export function createSourceObserver(metrics: Metrics, logs: LimitedLogs): SourceObserver {
  return {
    ...metrics,
    sourceReported: (report) => {
      metrics.sourceReported(report);
      logs.sourceReported(report);
    },
  };
}

/** Logs how the health of accounts changes. */
export function createHealthObserver(logger: Logger, logs: LimitedLogs): HealthObserver {
  return {
    stateChanged: (account, { state, lastError }, previous) => {
      if (state === 'OK') {
        // Every account starts as UNKNOWN.
        if (previous !== 'UNKNOWN') logger.info({ account, state, previous }, 'account health restored');
      } else {
        logger.warn({ account, state, previous, lastError }, 'account health changed');
      }
    },
    agentsUnknown: logs.agentsUnknown,
  };
}

/** The metrics of the directory; how discoveries end is also logged. */
export function createDirectoryObserver(
  metrics: Metrics,
  logger: LevelledLogger,
  clock: Clock,
  isInForce: () => boolean,
): DirectoryMetrics {
  const logDiscovery = createDiscoveryLog(logger, clock);
  return {
    discoveryEnded: (end) => {
      if (isInForce()) metrics.discoveryEnded(end);
      logDiscovery(end);
    },
  };
}

/** The debug log of components; absent when the level leaves it out, so that nothing is built that is not written. */
export function createDebugLog(logger: LevelledLogger): DebugLog | undefined {
  if (!logger.isLevelEnabled('debug')) return undefined;
  return (fields, message) => {
    logger.debug(fields, message);
  };
}

/** Logs an error that no code expected, such as a bug in a resolver. */
export function createUnexpectedErrorObserver(logger: Logger): (error: unknown) => void {
  return (error) => {
    logger.error({ err: error }, 'unexpected resolver error');
  };
}
