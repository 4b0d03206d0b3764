/** Lets so many in at a time; the others wait, first come first served. */
export interface Semaphore {
  /**
   * Resolves with the way out, to be taken once; rejects with the signal's reason when it is aborted while waiting, and with
   * QueueFull at once when too many wait already.
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

export function createSemaphore(places: number, longestQueue = Infinity): Semaphore {
  const queue = new Set<() => void>();
  let free = places;

  function wayOut(): () => void {
    let taken = false;
    return () => {
      if (taken) return;
      taken = true;
      const [admitNext] = queue;
      if (admitNext) {
        // The place is handed on, so that nobody who comes just now can slip in between.
        queue.delete(admitNext);
        admitNext();
      } else {
        free += 1;
      }
    };
  }

  return {
    enter(signal) {
      return new Promise((resolve, reject) => {
        const giveUp = (): void => {
          queue.delete(admit);
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
        } else if (queue.size >= longestQueue) {
          reject(new QueueFull());
        } else {
          queue.add(admit);
          signal.addEventListener('abort', giveUp, { once: true });
        }
      });
    },
  };
}
