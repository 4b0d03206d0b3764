import { createFifoQueue, createRoundRobinQueue } from './fair-queue.ts';

/** The units between which slots are shared fairly: the caller, then one of the caller's queries. */
export type FairnessKey = readonly [caller: string, query: string];

const NO_FAIRNESS_KEY: FairnessKey = ['', ''];

/**
 * Limits concurrency. Waiters are served round-robin by caller, then by query, so that a heavy caller cannot starve a light
 * one.
 */
export interface FairSemaphore {
  /**
   * Resolves with a function that releases the slot. Rejects with the signal's reason when it is aborted while waiting, and
   * at once with QueueFullError when the caller already has the maximum of waiters.
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
      // Pass the slot on directly, so that a new call cannot overtake the waiters.
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
