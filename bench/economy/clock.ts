import type { Instant } from '../../src/domain/clock.ts';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';

/** How many real milliseconds pass for one of a timer: plenty, so that a busy machine makes nobody impatient. */
const SLOWNESS = 4;

/** Whoever waits no longer than this pauses, or is impatient: something is going on. Milliseconds. */
const SHORT = 1000;

export interface BenchClock extends ManualClock {
  /** How many short waits there are. */
  readonly pauses: () => number;
}

/**
 * A clock that shows the same time until it is moved, yet whose timers go off while it stands: whoever pauses before looking
 * again, or limits its own patience, must not wait for ever.
 */
export function benchClock(start: Instant): BenchClock {
  const clock = manualClock(start);
  const pauses = new Set<object>();
  return {
    ...clock,
    pauses: () => pauses.size,
    after(ms, callback) {
      const wait = {};
      if (ms <= SHORT) pauses.add(wait);
      const goOff = () => {
        cancel();
        callback();
      };
      const timer = setTimeout(goOff, ms * SLOWNESS);
      const cancelWhenMoved = clock.after(ms, goOff);
      const cancel = () => {
        pauses.delete(wait);
        clearTimeout(timer);
        cancelWhenMoved();
      };
      return cancel;
    },
  };
}
