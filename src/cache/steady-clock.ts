import type { Clock, Instant } from '../domain/clock.ts';

/** Instants of a time line that no setting of the wall clock bends. */
export interface SteadyClock extends Clock {
  /** Converts a steady instant to what the wall clock, as it is set now, showed then. */
  readonly toWallClock: (steady: Instant) => Instant;
  /** Converts an instant of the wall clock, as it is set now. */
  readonly toSteady: (wallClock: Instant) => Instant;
}

/**
 * The two clocks are read one after the other, and the wall clock in whole milliseconds: by so much they may seem to drift apart
 * without having been set.
 */
const MAX_JITTER_MS = 20;

/**
 * Creates a clock that starts at the wall clock and continues with the monotonic clock. Ages and lifetimes of cached values
 * are measured by it: a wall clock that is set forward or back neither extends nor ends them.
 */
export function createSteadyClock(clock: Clock): SteadyClock {
  const origin = clock.now() - clock.monotonicMs();
  const now = (): Instant => origin + clock.monotonicMs();
  let wallClockLead = 0;
  /** Changes only when the wall clock is set, so that an instant is converted to the same one each time. */
  function leadOfWallClock(): number {
    const lead = clock.now() - now();
    if (Math.abs(lead - wallClockLead) > MAX_JITTER_MS) wallClockLead = lead;
    return wallClockLead;
  }
  return {
    now,
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (ms, callback) => clock.setTimer(ms, callback),
    toWallClock: (steady) => Math.round(steady + leadOfWallClock()),
    toSteady: (wallClock) => wallClock - leadOfWallClock(),
  };
}
