import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';

/** No vendor's word is taken for longer. */
const MAX_CLOSED_MS = 15 * MINUTE;
const INITIAL_FALLBACK_MS = SECOND;
const MAX_FALLBACK_MS = MINUTE;

/** Remembers until when a vendor wants no calls from an account. */
export interface RetryAfterGate {
  /** Milliseconds until the account may be called again; 0 when it may. */
  readonly remainingMs: () => number;
  /** The vendor says that there were too many calls, and in how many seconds it will take more; null where it does not say. */
  readonly close: (seconds: number | null) => void;
  /** The vendor took a call. */
  readonly reset: () => void;
}

/** `onShut` is told for how many milliseconds. */
export function createRetryAfterGate(clock: Clock, onClose: (ms: number) => void): RetryAfterGate {
  let closedUntil = -Infinity;
  let fallbackMs = INITIAL_FALLBACK_MS;

  const remainingMs = (): number => Math.max(0, closedUntil - clock.monotonicMs());

  function closeFor(ms: number): void {
    // Calls that were under way together are refused together: none of them shortens what another was told.
    if (ms <= remainingMs()) return;
    closedUntil = clock.monotonicMs() + ms;
    onClose(ms);
  }

  return {
    remainingMs,
    close(seconds) {
      // "In 0 seconds" is no help: taken at its word, it would be a hot loop.
      if (seconds !== null && seconds > 0) {
        closeFor(Math.min(seconds * SECOND, MAX_CLOSED_MS));
      } else if (remainingMs() === 0) {
        closeFor(fallbackMs);
        fallbackMs = Math.min(fallbackMs * 2, MAX_FALLBACK_MS);
      }
    },
    reset() {
      fallbackMs = INITIAL_FALLBACK_MS;
    },
  };
}
