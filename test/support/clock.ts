import { type Clock, type Instant, systemClock } from '../../src/domain/clock.ts';

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves both times on; whatever falls due on the way is called back in the order of its time, and sees that time. */
  readonly advance: (ms: number) => void;
  /** Sets the wall clock alone, as an administrator would; what was measured goes on undisturbed. */
  readonly setWallClock: (to: Instant) => void;
  /** How many callbacks are waiting. */
  readonly waiting: () => number;
}

export function manualClock(start: Instant = Date.parse('2026-11-20T09:30:00Z')): ManualClock {
  let offset = start;
  let passed = 0;
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();

  function nextDue(until: number) {
    // A set keeps the order of insertion, so that timers of the same time go off in the order in which they were set.
    return [...timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0];
  }

  return {
    now: () => offset + passed,
    elapsed: () => passed,
    after(ms, callback) {
      const timer = { due: passed + Math.max(ms, 0), callback };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance(ms) {
      const until = passed + ms;
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        timers.delete(timer);
        passed = timer.due;
        timer.callback();
      }
      passed = until;
    },
    setWallClock(to) {
      offset = to - passed;
    },
    waiting: () => timers.size,
  };
}

/** A clock on which it stays the same moment for ever, while whatever takes time (waits, deadlines) takes it. */
export function standingClock(at: Instant): Clock {
  return { ...systemClock, now: () => at };
}
