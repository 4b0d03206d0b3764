import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { VendorError } from '../domain/vendor-error.ts';

/** After a failed discovery the account is not called again for this long. */
const COOL_DOWN_MS = 30 * SECOND;

/** A failure because of which an account is not called now. */
export interface CoolDown {
  readonly error: VendorError;
  /** On the monotonic clock. */
  readonly failedAtMs: number;
  readonly remainingMs: number;
}

/** The last failed discoveries, by account. */
export interface CoolDowns {
  readonly start: (account: string, error: VendorError) => void;
  readonly end: (account: string) => void;
  /** Null where the account may be called. */
  readonly find: (account: string) => CoolDown | null;
}

export function createCoolDowns(clock: Pick<Clock, 'monotonicMs'>): CoolDowns {
  const failures = new Map<string, Omit<CoolDown, 'remainingMs'>>();
  return {
    start(account, error) {
      failures.set(account, { error, failedAtMs: clock.monotonicMs() });
    },
    end(account) {
      failures.delete(account);
    },
    find(account) {
      const failure = failures.get(account);
      const remainingMs = failure ? failure.failedAtMs + COOL_DOWN_MS - clock.monotonicMs() : 0;
      return failure && remainingMs > 0 ? { ...failure, remainingMs } : null;
    },
  };
}
