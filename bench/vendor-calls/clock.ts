import type { Instant } from '../../src/domain/clock.ts';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';

/** How many real milliseconds pass for one of a timer: plenty, so that a busy machine makes nobody impatient. */
const TIMER_SLOWDOWN = 4;

/** Whoever waits no longer than this pauses, or is impatient: something is going on. Milliseconds. */
const SHORT_WAIT_MS = 1000;

export interface BenchClock extends ManualClock {
  /** How many short waits there are. */
  readonly shortWaits: () => number;
}

/**
 * A clock that shows the same time until it is moved, yet whose timers go off while it stands: whoever pauses before looking
 * again, or limits its own patience, must not wait for ever.
 */
export function createBenchClock(start: Instant): BenchClock {
  const clock = manualClock(start);
  const shortWaits = new Set<object>();
  return {
    ...clock,
    shortWaits: () => shortWaits.size,
    setTimer(ms, callback) {
      const wait = {};
      if (ms <= SHORT_WAIT_MS) shortWaits.add(wait);
      const fire = () => {
        cancel();
        callback();
      };
      const timer = setTimeout(fire, ms * TIMER_SLOWDOWN);
      const cancelWhenMoved = clock.setTimer(ms, fire);
      const cancel = () => {
        shortWaits.delete(wait);
        clearTimeout(timer);
        cancelWhenMoved();
      };
      return cancel;
    },
  };
}
