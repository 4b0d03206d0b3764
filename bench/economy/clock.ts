import type { Instant } from '../../src/domain/clock.ts';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';

/** How many real milliseconds pass for one of a timer: plenty, so that a busy machine makes nobody impatient. */
const SLOWNESS = 4;

/**
 * A clock that shows the same time until it is moved, yet whose timers go off while it stands: whoever pauses before looking
 * again, or limits its own patience, must not wait for ever.
 */
export function benchClock(start: Instant): ManualClock {
  const clock = manualClock(start);
  return {
    ...clock,
    after(ms, callback) {
      const goOff = () => {
        cancel();
        callback();
      };
      const timer = setTimeout(goOff, ms * SLOWNESS);
      const cancelWhenMoved = clock.after(ms, goOff);
      const cancel = () => {
        clearTimeout(timer);
        cancelWhenMoved();
      };
      return cancel;
    },
  };
}
