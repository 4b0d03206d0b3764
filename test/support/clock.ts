import { type Clock, type Instant, systemClock } from '../../src/domain/clock.ts';

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves both times on; whatever falls due on the way is called back in the order of its time, and sees that time. */
  readonly advance: (ms: number) => void;
  /** Sets the wall clock alone, as an administrator would; what was measured goes on undisturbed. */
  readonly setWallClock: (instant: Instant) => void;
  /** How many callbacks are waiting. */
  readonly pendingTimers: () => number;
}

export function manualClock(start: Instant = Date.parse('2026-11-20T09:30:00Z')): ManualClock {
  let wallClockOffset = start;
  let elapsedMs = 0;
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();

  function nextDue(until: number) {
    // A set keeps the order of insertion, so that timers of the same time go off in the order in which they were set.
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

/** A clock on which it stays the same moment for ever, while whatever takes time (waits, deadlines) takes it. */
export function fixedClock(at: Instant): Clock {
  return { ...systemClock, now: () => at };
}
