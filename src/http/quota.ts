import type { Clock } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';

/** Counts beginnings so that no 60 seconds ever see more than the limit. */
export interface Quota {
  /** Takes one, if one is free, and answers 0; else answers the milliseconds until one will be. */
  take(): number | Promise<number>;
}

/** The quota of one process. */
export interface OwnQuota extends Quota {
  take(): number;
}

export function createQuota(perMinute: number | undefined, clock: Clock): OwnQuota {
  if (perMinute === undefined) return { take: () => 0 };
  // The last beginnings as a ring: the slot to be written next holds the oldest.
  const begun = new Float64Array(perMinute).fill(-Infinity);
  let next = 0;
  return {
    take() {
      const now = clock.elapsed();
      const wait = (begun[next] ?? -Infinity) + MINUTE - now;
      if (wait > 0) return wait;
      begun[next] = now;
      next = (next + 1) % perMinute;
      return 0;
    },
  };
}

/**
 * The quota of a fleet: `takeForAll` counts for all processes, and answers null where it cannot. Meanwhile each process has
 * the limit for itself, its own last calls counted.
 */
export function createFleetQuota(takeForAll: () => Promise<number | null>, own: OwnQuota): Quota {
  return {
    async take() {
      const wait = await takeForAll();
      if (wait === null) return own.take();
      if (wait === 0) own.take();
      return wait;
    },
  };
}
