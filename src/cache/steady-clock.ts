import type { Clock, Instant } from '../domain/clock.ts';

/** Instants of a time line that no setting of the wall clock bends. */
export interface SteadyClock extends Clock {
  /** Converts a steady instant to what the wall clock, as it is set now, showed then. */
  readonly toWallClock: (steady: Instant) => Instant;
  /** Converts an instant of the wall clock, as it is set now. */
  readonly toSteady: (wallClock: Instant) => Instant;
}

/**
 * Creates a clock that starts at the wall clock and continues with the monotonic clock. Ages and lifetimes of cached values
 * are measured by it: a wall clock that is set forward or back neither extends nor ends them.
 */
export function createSteadyClock(clock: Clock): SteadyClock {
  const origin = clock.now() - clock.monotonicMs();
  const now = (): Instant => origin + clock.monotonicMs();
  return {
    now,
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (ms, callback) => clock.setTimer(ms, callback),
    toWallClock: (steady) => Math.round(clock.now() - (now() - steady)),
    toSteady: (wallClock) => now() - (clock.now() - wallClock),
  };
}
