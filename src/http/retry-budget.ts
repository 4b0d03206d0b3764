import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { createRollingCounter } from './rolling-counter.ts';

const WINDOW_MS = 10 * SECOND;
const RETRY_RATIO = 0.1;
/** Without a minimum, an account with little traffic could never retry. */
const MIN_RETRIES = 1;

/** Limits retries to a small fraction of an account's calls, so that they add little load to a failing vendor. */
export interface RetryBudget {
  /** Counts a call, once whatever its number of retries. */
  readonly recordCall: () => void;
  /** Takes a retry if the last 10 s had fewer than 1 + a tenth of the calls: two for a single call. */
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
