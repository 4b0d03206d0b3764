import { setImmediate } from 'node:timers/promises';

/** The reads of one query that are under way. */
export interface PendingReads {
  /** Returns the promise, and counts as pending until it settles. */
  readonly track: <T>(read: Promise<T>) => Promise<T>;
  /** Resolves once no read is under way and none follows from those that have ended. Never rejects. */
  readonly settled: () => Promise<void>;
}

export function createPendingReads(): PendingReads {
  const pending = new Set<Promise<unknown>>();

  async function settled(): Promise<void> {
    do {
      await Promise.allSettled(pending);
      // Resolvers that waited for these reads start theirs before this.
      await setImmediate();
    } while (pending.size > 0);
  }

  return {
    track(read) {
      const remove = () => pending.delete(read);
      pending.add(read);
      read.then(remove, remove);
      return read;
    },
    settled,
  };
}
