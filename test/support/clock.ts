import { type Clock, type Instant, systemClock } from '../../src/domain/clock.ts';

/** A clock that the test advances. */
export interface ManualClock extends Clock {
  /** Advances both clocks. Timers that become due fire in the order of their time, and see that time. */
  readonly advance: (ms: number) => void;
  /** Sets only the wall clock, as an administrator would; the monotonic clock continues. */
  readonly setWallClock: (instant: Instant) => void;
  /** Returns the number of pending timers. */
  readonly pendingTimers: () => number;
}

export function manualClock(start: Instant = Date.parse('2026-11-20T09:30:00Z')): ManualClock {
  let wallClockOffset = start;
  let elapsedMs = 0;
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();

  function nextDue(until: number) {
    // A Set keeps insertion order, so timers with the same time fire in the order in which they were set.
    return [...timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0];
  }

  return {
    now: () => wallClockOffset + elapsedMs,
    monotonicMs: () => elapsedMs,
    setTimer(ms, callback) {
      const timer = { due: elapsedMs + Math.max(ms, 0), callback };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance(ms) {
      const until = elapsedMs + ms;
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        timers.delete(timer);
        elapsedMs = timer.due;
        timer.callback();
      }
      elapsedMs = until;
    },
    setWallClock(to) {
      wallClockOffset = to - elapsedMs;
    },
    pendingTimers: () => timers.size,
  };
}

/** Timers of at least this length end what takes too long; shorter ones are waits within normal work. */
const SHORTEST_TIMEOUT_MS = 5000;

/**
 * A clock that stands still, by both measures, until it is advanced. Timers of less than five seconds run in real time; longer ones
 * never fire, so that nothing times out because the machine is busy.
 */
export function steppedClock(start: Instant): Clock & { readonly advance: (ms: number) => void } {
  let elapsedMs = 0;
  return {
    ...systemClock,
    now: () => start + elapsedMs,
    monotonicMs: () => elapsedMs,
    setTimer: (ms, callback) => (ms < SHORTEST_TIMEOUT_MS ? systemClock.setTimer(ms, callback) : () => undefined),
    advance(ms) {
      elapsedMs += ms;
    },
  };
}

/**
 * A clock that stands still until it is advanced. Timers of at least five seconds, such as the intervals of subscriptions, fire when it
 * is advanced to their time; shorter ones run in real time.
 */
export function timedClock(start: Instant): ManualClock {
  const manual = manualClock(start);
  return {
    ...manual,
    setTimer: (ms, callback) =>
      ms < SHORTEST_TIMEOUT_MS ? systemClock.setTimer(ms, callback) : manual.setTimer(ms, callback),
  };
}
