import type { Account } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { VendorMetrics } from '../observability/metrics.ts';
import { backoffMs, type Random } from './backoff.ts';
import type { VendorRequest } from './call.ts';
import { createRetryBudget } from './retry-budget.ts';
import { retryReason } from './trouble.ts';

/** How long a call may wait because the vendor said so (Retry-After) before it is better told to come back later. */
export const RETRY_AFTER_PATIENCE = 2 * SECOND;

export interface RetryOptions {
  readonly account: Account;
  /** How many attempts may follow the first. */
  readonly retries: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: VendorMetrics;
}

export interface Retry {
  readonly noteCall: () => void;
  /** Milliseconds to wait before another attempt after the `failed`-th; null when there is to be none. */
  readonly wait: (request: VendorRequest, trouble: VendorError, failed: number) => number | null;
}

export function createRetry({ account, retries, clock, random, metrics }: RetryOptions): Retry {
  const budget = createRetryBudget(clock);
  return {
    noteCall: budget.noteCall,
    wait(request, trouble, failed) {
      const reason = retryReason(trouble);
      if (reason === null || failed > retries) return null;
      const told = (trouble.retryAfterSeconds ?? 0) * SECOND;
      const idempotent = request.idempotent ?? request.method === 'GET';
      const why =
        told > RETRY_AFTER_PATIENCE ? 'retry_after' : !idempotent ? 'not_idempotent' : !budget.take() ? 'budget' : null;
      if (why !== null) {
        metrics.vendorRetryDenied(account.name, why);
        return null;
      }
      metrics.vendorRetry(account.name, reason);
      return Math.max(told, backoffMs(failed, random));
    },
  };
}
