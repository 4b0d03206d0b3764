import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';

/** Upper bound for a Retry-After, whatever the vendor sends. */
const MAX_CLOSED_MS = 15 * MINUTE;
const INITIAL_FALLBACK_MS = SECOND;
const MAX_FALLBACK_MS = MINUTE;

/** Holds back an account's calls after a 429 response. */
export interface RetryAfterGate {
  /** Time until the account may be called again; 0 when it may. */
  readonly remainingMs: () => number;
  /** Records a 429 and its Retry-After in seconds; null where the vendor sent none. */
  readonly close: (seconds: number | null) => void;
  /** Closes the gate for `ms` as another process of the fleet did; not passed on. */
  readonly extend: (ms: number) => void;
  /** Records an accepted call: the next fallback time is the initial one again. */
  readonly reset: () => void;
}

/** Calls `onClose` with the time for which the gate closes. */
export function createRetryAfterGate(clock: Clock, onClose: (ms: number) => void): RetryAfterGate {
  let closedUntil = -Infinity;
  let fallbackMs = INITIAL_FALLBACK_MS;

  const remainingMs = (): number => Math.max(0, closedUntil - clock.monotonicMs());

  function closeFor(ms: number): void {
    // Concurrent calls are rejected together: a shorter time for one must not shorten another's.
    if (ms <= remainingMs()) return;
    closedUntil = clock.monotonicMs() + ms;
    onClose(ms);
  }

  return {
    remainingMs,
    close(seconds) {
      // Taken literally, 0 seconds would be a hot loop.
      if (seconds !== null && seconds > 0) {
        closeFor(Math.min(seconds * SECOND, MAX_CLOSED_MS));
      } else if (remainingMs() === 0) {
        closeFor(fallbackMs);
        fallbackMs = Math.min(fallbackMs * 2, MAX_FALLBACK_MS);
      }
    },
    extend(ms) {
      closedUntil = Math.max(closedUntil, clock.monotonicMs() + Math.min(ms, MAX_CLOSED_MS));
    },
    reset() {
      fallbackMs = INITIAL_FALLBACK_MS;
    },
  };
}
