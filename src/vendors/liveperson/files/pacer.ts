import type { Clock } from '../../../domain/clock.ts';

/** Shares the process between files being read and everything else. */
export interface Pacer {
  /** Waits if the event loop has been held long enough. */
  readonly pause: () => Promise<void>;
}

/** All files together hold the event loop no longer than this in one turn. Milliseconds. */
const SLICE = 5;

/** One pacer for all the files of an account: eight files with a slice each would be eight slices in a row. */
export function createPacer(clock: Clock): Pacer {
  let sliceEnds = -Infinity;
  let turn: Promise<void> | null = null;

  function nextTurn(): Promise<void> {
    turn ??= new Promise((resolve) => {
      setImmediate(() => {
        turn = null;
        sliceEnds = clock.elapsed() + SLICE;
        resolve();
      });
    });
    return turn;
  }

  return {
    pause: async () => {
      if (clock.elapsed() >= sliceEnds) await nextTurn();
    },
  };
}
