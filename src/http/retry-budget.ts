import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { createRollingCounter } from './rolling-counter.ts';

const WINDOW_MS = 10 * SECOND;
const RETRY_RATIO = 0.1;
/** Without it a quiet account could never retry. */
const MIN_RETRIES = 1;

/** Keeps retries a small part of an account's calls, so that they cannot make a failing vendor's load much worse. */
export interface RetryBudget {
  /** A call was made (its retries are none). */
  readonly recordCall: () => void;
  /** Takes a retry, if those of the last 10 s are fewer than 1 + a tenth of the calls: two for a single call. */
  readonly tryTake: () => boolean;
}

export function createRetryBudget(clock: Clock): RetryBudget {
  const calls = createRollingCounter(WINDOW_MS, clock);
  const retries = createRollingCounter(WINDOW_MS, clock);
  return {
    recordCall: calls.add,
    tryTake() {
      if (retries.total() >= MIN_RETRIES + RETRY_RATIO * calls.total()) return false;
      retries.add();
      return true;
    },
  };
}
