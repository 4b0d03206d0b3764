import type { Account } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { backoffMs, type Random } from './backoff.ts';
import { retryReason } from './error-policy.ts';
import type { DebugLog, VendorHttpMetrics } from './ports.ts';
import { createRetryBudget } from './retry-budget.ts';
import type { VendorRequest } from './types.ts';

/**
 * How often a call is sent again because the vendor closed a kept connection. The next connection may be a kept one, too; each such
 * attempt uses up a connection, so that a vendor that fails is not called much more often.
 */
const MAX_RESENDS = 2;

/** Longest wait for the vendor's Retry-After; a longer one fails the call at once, with the time to retry after. */
export const MAX_RETRY_AFTER_WAIT_MS = 2 * SECOND;

export interface RetryOptions {
  readonly account: Account;
  /** How many attempts may follow the first. */
  readonly maxRetries: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: VendorHttpMetrics;
  readonly log?: DebugLog | undefined;
}

export interface RetryPolicy {
  readonly recordCall: () => void;
  /** Whether the request is sent again at once after `resends` such attempts: the vendor had closed the kept connection. */
  readonly canResend: (request: VendorRequest, error: VendorError, resends: number) => boolean;
  /** The delay before the next attempt after `failedAttempts`; null when the call must not be retried. */
  readonly delayMs: (request: VendorRequest, error: VendorError, failedAttempts: number) => number | null;
}

export function createRetryPolicy({ account, maxRetries, clock, random, metrics, log }: RetryOptions): RetryPolicy {
  const budget = createRetryBudget(clock);
  return {
    recordCall: budget.recordCall,
    canResend(request, error, resends) {
      if (error.reason !== 'stale_connection' || resends >= MAX_RESENDS || !isIdempotent(request)) return false;
      metrics.vendorRetry(account.name, 'stale_connection');
      log?.(
        {
          account: account.name,
          endpoint: request.endpoint,
          reason: error.reason,
          failedAttempts: resends + 1,
          delayMs: 0,
        },
        'vendor call retried',
      );
      return true;
    },
    delayMs(request, error, failedAttempts) {
      const reason = retryReason(error);
      if (reason === null || failedAttempts > maxRetries) return null;
      const retryAfterMs = (error.retryAfterSeconds ?? 0) * SECOND;
      const denial =
        retryAfterMs > MAX_RETRY_AFTER_WAIT_MS
          ? 'retry_after'
          : !isIdempotent(request)
            ? 'not_idempotent'
            : !budget.tryTake()
              ? 'budget'
              : null;
      if (denial !== null) {
        metrics.vendorRetryDenied(account.name, denial);
        log?.({ account: account.name, endpoint: request.endpoint, reason, denial }, 'vendor call not retried');
        return null;
      }
      metrics.vendorRetry(account.name, reason);
      const delayMs = Math.max(retryAfterMs, backoffMs(failedAttempts, random));
      log?.(
        { account: account.name, endpoint: request.endpoint, reason, failedAttempts, delayMs },
        'vendor call retried',
      );
      return delayMs;
    },
  };
}

function isIdempotent({ idempotent, method }: VendorRequest): boolean {
  return idempotent ?? method === 'GET';
}
