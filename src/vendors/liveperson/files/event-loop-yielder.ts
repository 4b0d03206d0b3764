import type { Clock } from '../../../domain/clock.ts';

/** Shares the process between files being read and everything else. */
export interface EventLoopYielder {
  /** Waits if the event loop has been held long enough. */
  readonly yieldIfDue: () => Promise<void>;
}

/** All files together hold the event loop no longer than this in one turn. Milliseconds. */
const MAX_SLICE_MS = 5;

/** One pacer for all the files of an account: eight files with a slice each would be eight slices in a row. */
export function createEventLoopYielder(clock: Clock): EventLoopYielder {
  let sliceEndsAt = -Infinity;
  let turn: Promise<void> | null = null;

  function nextTurn(): Promise<void> {
    turn ??= new Promise((resolve) => {
      setImmediate(() => {
        turn = null;
        sliceEndsAt = clock.monotonicMs() + MAX_SLICE_MS;
        resolve();
      });
    });
    return turn;
  }

  return {
    yieldIfDue: async () => {
      if (clock.monotonicMs() >= sliceEndsAt) await nextTurn();
    },
  };
}
