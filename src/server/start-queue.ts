import type { Clock } from '../domain/clock.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';

/** The weight of the last start in the mean time between two of them. */
const LAST_START_WEIGHT = 0.1;

/**
 * Starts queries one after another, one in each turn of the event loop: between two of them the process reads its connections, so
 * that health checks, stored responses and refusals wait for one query and not for all. A query that waits for a vendor holds no other.
 */
export interface StartQueue {
  /** How many milliseconds one more query of a caller would wait, by the pace of the last starts; 0 while it is unknown. */
  readonly expectedWaitMs: (caller: string) => number;
  /**
   * Returns true, at once where no query has started in this turn, when it is the query's turn to start; false where its clients have
   * disconnected before. Callers take turns.
   */
  readonly waitForTurn: (caller: string, disconnected: AbortSignal) => MaybePromise<boolean>;
}

interface WaitingQuery {
  readonly disconnected: AbortSignal;
  readonly resolve: (isTurn: boolean) => void;
}

/** `onNextTurn` calls back in the next turn of the event loop. */
export function createStartQueue(
  clock: Pick<Clock, 'monotonicMs'>,
  onNextTurn: (callback: () => void) => void = setImmediate,
): StartQueue {
  /** By caller; the first one has the next turn. */
  const waiting = new Map<string, WaitingQuery[]>();
  let waitingCount = 0;
  let hasStarted = false;
  let lastStartMs = 0;
  let meanMs: number | null = null;

  function dequeue(): WaitingQuery | undefined {
    for (const [caller, queries] of waiting) {
      const query = queries.shift();
      waiting.delete(caller);
      if (queries.length > 0) waiting.set(caller, queries);
      if (query === undefined) continue;
      waitingCount -= 1;
      if (!query.disconnected.aborted) return query;
      query.resolve(false);
    }
    return undefined;
  }

  function takeTurn(): void {
    hasStarted = true;
    lastStartMs = clock.monotonicMs();
    onNextTurn(startNext);
  }

  function startNext(): void {
    hasStarted = false;
    const query = dequeue();
    if (query === undefined) return;
    const sinceLastStartMs = clock.monotonicMs() - lastStartMs;
    meanMs = meanMs === null ? sinceLastStartMs : meanMs + LAST_START_WEIGHT * (sinceLastStartMs - meanMs);
    takeTurn();
    query.resolve(true);
  }

  return {
    expectedWaitMs: (caller) => {
      const ownCount = waiting.get(caller)?.length ?? 0;
      const callers = waiting.size + (ownCount === 0 ? 1 : 0);
      return Math.min(waitingCount, ownCount * callers + callers - 1) * (meanMs ?? 0);
    },
    waitForTurn: (caller, disconnected) => {
      if (!hasStarted) {
        takeTurn();
        return true;
      }
      waitingCount += 1;
      return new Promise((resolve) => {
        const queries = waiting.get(caller);
        if (queries) queries.push({ disconnected, resolve });
        else waiting.set(caller, [{ disconnected, resolve }]);
      });
    },
  };
}
