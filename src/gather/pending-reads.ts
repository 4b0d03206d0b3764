import { setImmediate } from 'node:timers/promises';

/** Counts the reads of one query that are under way. A query may start hundreds: what counts one is no object. */
export interface PendingReads {
  readonly readStarted: () => void;
  /** Call it once for each read that has started, whether it succeeds or fails. */
  readonly readEnded: () => void;
  /** Resolves once no read is under way and none follows from those that have ended. Never rejects. */
  readonly settled: () => Promise<void>;
}

export function createPendingReads(): PendingReads {
  let pending = 0;
  let allEnded: PromiseWithResolvers<void> | null = null;

  async function settled(): Promise<void> {
    do {
      if (pending > 0) await (allEnded ??= Promise.withResolvers()).promise;
      // Resolvers that waited for these reads start theirs before this.
      await setImmediate();
    } while (pending > 0);
  }

  return {
    readStarted: () => {
      pending += 1;
    },
    readEnded: () => {
      pending -= 1;
      if (pending > 0) return;
      allEnded?.resolve();
      allEnded = null;
    },
    settled,
  };
}
