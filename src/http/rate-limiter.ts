import type { Clock } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';

/** A sliding-window rate limiter: no window of 60 seconds ever has more starts than the limit. */
export interface RateLimiter {
  /** Takes a start and returns 0 if one is available; otherwise returns the milliseconds until one is. */
  take(): number | Promise<number>;
}

/** The rate limiter of one process. */
export interface LocalRateLimiter extends RateLimiter {
  take(): number;
  /** Counts a start that was admitted otherwise. */
  record(): void;
  /** Returns the number of starts in the last minute, as far as the limit reaches. */
  used(): number;
}

/** With a fleet's size, the process takes its share of the limit, and at least 1 start. */
export function createLocalRateLimiter(
  maxPerMinute: number | undefined,
  clock: Clock,
  fleetSize: () => number = () => 1,
): LocalRateLimiter {
  if (maxPerMinute === undefined) return { take: () => 0, record: () => undefined, used: () => 0 };
  // The most recent starts as a ring buffer: the slot to be written next holds the oldest.
  const starts = new Float64Array(maxPerMinute).fill(-Infinity);
  let next = 0;

  function record(): void {
    starts[next] = clock.monotonicMs();
    next = (next + 1) % starts.length;
  }

  return {
    record,
    used: () => starts.filter((start) => start + MINUTE > clock.monotonicMs()).length,
    take() {
      const share = Math.max(1, Math.floor(starts.length / Math.max(1, fleetSize())));
      const oldestOfShare = starts[(next - share + starts.length) % starts.length] ?? -Infinity;
      const waitMs = oldestOfShare + MINUTE - clock.monotonicMs();
      if (waitMs > 0) return waitMs;
      record();
      return 0;
    },
  };
}

/**
 * The rate limiter of a fleet. `acquireSharedQuota` counts for all processes, and returns null while it cannot. In that case
 * each process applies its share of the limit to its own calls, those already made included.
 */
export function createSharedRateLimiter(
  acquireSharedQuota: () => Promise<number | null>,
  local: LocalRateLimiter,
): RateLimiter {
  return {
    async take() {
      const waitMs = await acquireSharedQuota();
      if (waitMs === null) return local.take();
      if (waitMs === 0) local.record();
      return waitMs;
    },
  };
}
