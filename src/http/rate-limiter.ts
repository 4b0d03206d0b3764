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
}

export function createLocalRateLimiter(maxPerMinute: number | undefined, clock: Clock): LocalRateLimiter {
  if (maxPerMinute === undefined) return { take: () => 0 };
  // The most recent starts as a ring buffer: the slot to be written next holds the oldest.
  const starts = new Float64Array(maxPerMinute).fill(-Infinity);
  let next = 0;
  return {
    take() {
      const now = clock.monotonicMs();
      const waitMs = (starts[next] ?? -Infinity) + MINUTE - now;
      if (waitMs > 0) return waitMs;
      starts[next] = now;
      next = (next + 1) % maxPerMinute;
      return 0;
    },
  };
}

/**
 * The rate limiter of a fleet. `acquireSharedQuota` counts for all processes, and returns null while it cannot. In that case
 * each process applies the whole limit to its own calls, those already made included.
 */
export function createSharedRateLimiter(
  acquireSharedQuota: () => Promise<number | null>,
  local: LocalRateLimiter,
): RateLimiter {
  return {
    async take() {
      const waitMs = await acquireSharedQuota();
      if (waitMs === null) return local.take();
      if (waitMs === 0) local.take();
      return waitMs;
    },
  };
}
