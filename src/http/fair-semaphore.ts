import { createFifoQueue, createRoundRobinQueue } from './fair-queue.ts';

/** On whose behalf somebody comes, in the large and in the small: a caller, and one of the caller's queries. */
export type FairnessKey = readonly [caller: string, query: string];

const NO_FAIRNESS_KEY: FairnessKey = ['', ''];

/**
 * Lets so many in at a time. Of the others the callers take turns, and so do the queries of a caller: whoever asks for much
 * keeps nobody waiting who asks for little.
 */
export interface FairSemaphore {
  /**
   * Resolves with the way out, to be taken once; rejects with the signal's reason when it is aborted while waiting, and with
   * QueueFull at once when too many of the caller's wait already.
   */
  acquire(signal: AbortSignal, fairnessKey?: FairnessKey): Promise<() => void>;
}

export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

export function createFairSemaphore(capacity: number, maxQueued = Infinity): FairSemaphore {
  const queue = createRoundRobinQueue(() => createRoundRobinQueue(createFifoQueue<() => void>));
  let free = capacity;

  function createRelease(): () => void {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const admitNext = queue.dequeue();
      // The place is handed on, so that nobody who comes just now can slip in between.
      if (admitNext) admitNext();
      else free += 1;
    };
  }

  return {
    acquire(signal, fairnessKey = NO_FAIRNESS_KEY) {
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          queue.remove(admit, fairnessKey);
          reject(signal.reason as Error);
        };
        const admit = (): void => {
          signal.removeEventListener('abort', onAbort);
          resolve(createRelease());
        };
        if (signal.aborted) {
          onAbort();
        } else if (free > 0) {
          free -= 1;
          admit();
        } else if (queue.size([fairnessKey[0]]) >= maxQueued) {
          reject(new QueueFullError());
        } else {
          queue.enqueue(admit, fairnessKey);
          signal.addEventListener('abort', onAbort, { once: true });
        }
      });
    },
  };
}
