import type { VendorError } from '../domain/vendor-error.ts';
import type { AddAbortListener } from '../http/abort.ts';

/** A fetch under way, and those who wait for it. */
export interface SharedFetch {
  /** Aborted when the last of those who wait has gone before the fetch was done. */
  readonly signal: AbortSignal;
  /** Waits along until the returned function is called or the waiter's signal is aborted. */
  readonly join: (waiter: AbortSignal) => () => void;
  /** The fetch is done: from now on it changes nothing who goes. */
  readonly settle: () => void;
}

/** A flight belongs to nobody: it goes on as long as anybody waits. */
export function createSharedFetch(
  createAbortError: () => VendorError,
  addAbortListener: AddAbortListener,
): SharedFetch {
  const controller = new AbortController();
  let waiters = 0;
  let settled = false;
  return {
    signal: controller.signal,
    join(waiter) {
      waiters += 1;
      let released = false;
      const release = (): void => {
        if (released) return;
        released = true;
        waiters -= 1;
        if (waiters === 0 && !settled) controller.abort(createAbortError());
      };
      const removeListener = addAbortListener(waiter, release);
      return () => {
        removeListener();
        release();
      };
    },
    settle() {
      settled = true;
    },
  };
}
