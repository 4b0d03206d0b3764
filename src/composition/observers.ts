import type { CacheReadResult } from '../cache/ports.ts';
import { classifyRedisError } from '../cache/redis-errors.ts';
import type { RedisObserver } from '../cache/redis.ts';
import type { Clock } from '../domain/clock.ts';
import type { DebugLog, VendorHttpMetrics } from '../http/ports.ts';
import { toReasonLabel } from '../observability/labels.ts';
import { createLimitedLog, type LimitedLog } from '../observability/limited-log.ts';
import type { LevelledLogger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Logger } from '../server/ports.ts';

/** Counts failures of the shared cache, and logs when it becomes unavailable and available again. */
export function createRedisObserver(metrics: Metrics, logger: Logger): RedisObserver {
  return {
    onError: (operation, error) => {
      metrics.cacheError(operation, classifyRedisError(error));
    },
    onDown: (error) => {
      logger.warn(
        { err: error, reason: classifyRedisError(error) },
        'shared cache unavailable, using in-process cache only',
      );
    },
    onUp: () => {
      logger.info({}, 'shared cache available again');
    },
  };
}

/** Logs failed vendor calls: at most one line a minute per account, endpoint, code, reason and status. */
export function createVendorFailureLog(clock: Clock, logger: Logger): LimitedLog {
  return createLimitedLog(clock, (fields) => {
    logger.warn(fields, 'vendor call failed');
  });
}

/** The metrics of calls to vendors; failed calls and circuits that change their state are also logged. */
export function createVendorHttpObserver(metrics: Metrics, logger: Logger, failureLog: LimitedLog): VendorHttpMetrics {
  return {
    ...metrics,
    vendorCall: (call) => {
      metrics.vendorCall(call);
      const { account, endpoint, outcome, reason = null, status } = call;
      // Neither a caller that gave up nor an agent that the vendor does not know is a failure of the vendor.
      if (outcome === 'OK' || outcome === 'NOT_FOUND' || reason === 'cancelled') return;
      failureLog.log({
        account,
        endpoint,
        code: outcome,
        ...(reason !== null && { reason: toReasonLabel(reason) }),
        ...(status !== undefined && { status }),
      });
    },
    circuitState: (account, endpoint, state) => {
      metrics.circuitState(account, endpoint, state);
      logger.warn({ account, endpoint, state }, 'circuit breaker state changed');
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
