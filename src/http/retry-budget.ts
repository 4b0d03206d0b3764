import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { createRollingCount } from './rolling-count.ts';

const SPAN = 10 * SECOND;
const SHARE = 0.1;
/** Without it a quiet account could never retry. */
const ALWAYS = 1;

/** Keeps retries a small part of an account's calls, so that they cannot make a failing vendor's load much worse. */
export interface RetryBudget {
  /** A call was made (its retries are none). */
  readonly noteCall: () => void;
  /** Takes a retry, if those of the last 10 s are fewer than 1 + a tenth of the calls: two for a single call. */
  readonly take: () => boolean;
}

export function createRetryBudget(clock: Clock): RetryBudget {
  const calls = createRollingCount(SPAN, clock);
  const retries = createRollingCount(SPAN, clock);
  return {
    noteCall: calls.add,
    take() {
      if (retries.total() >= ALWAYS + SHARE * calls.total()) return false;
      retries.add();
      return true;
    },
  };
}
