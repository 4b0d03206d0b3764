import type { Instant } from '../../src/domain/clock.ts';
import { TIMEOUT_TURN_MS } from '../../test/support/cache-harness.ts';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';

/** Real milliseconds per timer millisecond; generous, so that no timeout fires early on a busy machine. */
const TIMER_SLOWDOWN = 4;
/** The same for the short timeout of Redis: a gateway that gave up waiting for it would call the vendors on its own. */
const REDIS_TIMEOUT_SLOWDOWN = 400;

/** Timers below this length are pauses or short timeouts, which means that work is in progress; a fleet asks for purges once a second. */
const SHORT_WAITS_BELOW_MS = 1000;

export interface BenchClock extends ManualClock {
  /** Returns the number of pending short timers. */
  readonly shortWaits: () => number;
}

/**
 * A clock whose time changes only when it is advanced, but whose timers also fire in real time: code that polls or sets a
 * timeout must not wait forever.
 */
export function createBenchClock(start: Instant): BenchClock {
  const clock = manualClock(start);
  const shortWaits = new Set<object>();
  return {
    ...clock,
    shortWaits: () => shortWaits.size,
    setTimer(ms, callback) {
      const wait = {};
      if (ms < SHORT_WAITS_BELOW_MS) shortWaits.add(wait);
      const fire = () => {
        cancel();
        callback();
      };
      const timer = setTimeout(fire, ms * (ms === TIMEOUT_TURN_MS ? REDIS_TIMEOUT_SLOWDOWN : TIMER_SLOWDOWN));
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
