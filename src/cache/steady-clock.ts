import type { Clock, Instant } from '../domain/clock.ts';

/** Instants of a time line that no setting of the wall clock bends. */
export interface SteadyClock extends Clock {
  /**
   * By how much the wall clock, as it is set now, is ahead of the steady clock, which shows `now`. Changes only when the wall clock is
   * set, so that an instant is converted to the same one each time.
   */
  readonly wallClockLead: (now: Instant) => number;
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
  let knownLead = 0;
  function wallClockLead(steadyNow: Instant): number {
    const lead = clock.now() - steadyNow;
    if (Math.abs(lead - knownLead) > MAX_JITTER_MS) knownLead = lead;
    return knownLead;
  }
  return {
    now,
    wallClockLead,
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (ms, callback) => clock.setTimer(ms, callback),
    toWallClock: (steady) => Math.round(steady + wallClockLead(now())),
    toSteady: (wallClock) => wallClock - wallClockLead(now()),
  };
}
