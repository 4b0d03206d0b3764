import { firstComeFirstServed, takingTurns } from './line.ts';

/** On whose behalf somebody comes, in the large and in the small: a caller, and one of the caller's queries. */
export type Behalf = readonly [caller: string, query: string];

const NOBODY: Behalf = ['', ''];

/**
 * Lets so many in at a time. Of the others the callers take turns, and so do the queries of a caller: whoever asks for much
 * keeps nobody waiting who asks for little.
 */
export interface Semaphore {
  /**
   * Resolves with the way out, to be taken once; rejects with the signal's reason when it is aborted while waiting, and with
   * QueueFull at once when too many of the caller's wait already.
   */
  enter(signal: AbortSignal, behalf?: Behalf): Promise<() => void>;
}

export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

export function createSemaphore(places: number, longestQueue = Infinity): Semaphore {
  const queue = takingTurns(() => takingTurns(firstComeFirstServed<() => void>));
  let free = places;

  function wayOut(): () => void {
    let taken = false;
    return () => {
      if (taken) return;
      taken = true;
      const admitNext = queue.take();
      // The place is handed on, so that nobody who comes just now can slip in between.
      if (admitNext) admitNext();
      else free += 1;
    };
  }

  return {
    enter(signal, behalf = NOBODY) {
      return new Promise((resolve, reject) => {
        const giveUp = (): void => {
          queue.remove(admit, behalf);
          reject(signal.reason as Error);
        };
        const admit = (): void => {
          signal.removeEventListener('abort', giveUp);
          resolve(wayOut());
        };
        if (signal.aborted) {
          giveUp();
        } else if (free > 0) {
          free -= 1;
          admit();
        } else if (queue.size([behalf[0]]) >= longestQueue) {
          reject(new QueueFull());
        } else {
          queue.add(admit, behalf);
          signal.addEventListener('abort', giveUp, { once: true });
        }
      });
    },
  };
}
