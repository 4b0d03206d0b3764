import type { Clock } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';

/** Counts beginnings so that no 60 seconds ever see more than the limit. */
export interface RateLimiter {
  /** Takes one, if one is free, and answers 0; else answers the milliseconds until one will be. */
  take(): number | Promise<number>;
}

/** The quota of one process. */
export interface LocalRateLimiter extends RateLimiter {
  take(): number;
}

export function createLocalRateLimiter(maxPerMinute: number | undefined, clock: Clock): LocalRateLimiter {
  if (maxPerMinute === undefined) return { take: () => 0 };
  // The last beginnings as a ring: the slot to be written next holds the oldest.
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
 * The quota of a fleet: `takeForAll` counts for all processes, and answers null where it cannot. Meanwhile each process has
 * the limit for itself, its own last calls counted.
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
