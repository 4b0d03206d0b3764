import type { VendorError } from '../domain/vendor-error.ts';
import type { OnAbort } from './on-abort.ts';

/** A fetch under way, and those who wait for it. */
export interface Flight {
  /** Aborted when the last of those who wait has gone before the fetch was done. */
  readonly signal: AbortSignal;
  /** Waits along until the returned function is called or the waiter's signal is aborted. */
  readonly join: (waiter: AbortSignal) => () => void;
  /** The fetch is done: from now on it changes nothing who goes. */
  readonly land: () => void;
}

/** A flight belongs to nobody: it goes on as long as anybody waits. */
export function createFlight(abandoned: () => VendorError, onAbort: OnAbort): Flight {
  const controller = new AbortController();
  let waiting = 0;
  let landed = false;
  return {
    signal: controller.signal,
    join(waiter) {
      waiting += 1;
      let gone = false;
      const leave = (): void => {
        if (gone) return;
        gone = true;
        waiting -= 1;
        if (waiting === 0 && !landed) controller.abort(abandoned());
      };
      const stop = onAbort(waiter, leave);
      return () => {
        stop();
        leave();
      };
    },
    land() {
      landed = true;
    },
  };
}
