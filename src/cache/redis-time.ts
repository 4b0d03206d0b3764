import type { Instant } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';

/** How far the clocks of a fleet may differ without a correction, which is less exact than well kept clocks. */
export const MAX_CLOCK_LEAD_MS = SECOND;

/**
 * The clock of Redis, as far as this process knows it. Times in Redis are of that clock: gateways whose own clocks differ
 * then agree about the age of an entry.
 */
export interface RedisTime {
  /** What to add to an instant of this process. */
  readonly offsetMs: () => number;
}

export interface RedisTimeEstimate extends RedisTime {
  /** Learns that Redis read its clock between two instants of this process. */
  readonly observe: (redisTime: Instant, sentAt: Instant, receivedAt: Instant) => void;
}

export function createRedisTime(): RedisTimeEstimate {
  let offset = 0;
  return {
    offsetMs: () => offset,
    observe(redisTime, sentAt, receivedAt) {
      const observed = Math.round(redisTime - (sentAt + receivedAt) / 2);
      // Redis may have read its clock at any time of the journey, which is long while this process is busy.
      const uncertaintyMs = (receivedAt - sentAt) / 2;
      if (Math.abs(observed - offset) > MAX_CLOCK_LEAD_MS + uncertaintyMs) offset = observed;
    },
  };
}

/** For processes that share one clock, such as simulated ones. */
export const SAME_TIME: RedisTime = { offsetMs: () => 0 };
