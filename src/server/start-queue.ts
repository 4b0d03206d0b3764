import type { Clock } from '../domain/clock.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';

/** The weight of the last start in the mean time between two of them. */
const LAST_START_WEIGHT = 0.1;

/** Queries start in a turn of the event loop for up to this time; the last one may take longer. */
const MAX_STARTS_MS = 5;

/**
 * Starts queries one after another, for a few milliseconds in each turn of the event loop: between two turns the process reads its
 * connections, so that health checks, stored responses and refusals wait for some queries and not for all. A query that waits for a
 * vendor is the last one to start in its turn: the next turn first reads what vendors have answered, so that queries end before others
 * begin, and few have to be kept in memory at a time.
 */
export interface StartQueue {
  /** How many milliseconds one more query of a caller would wait, by the pace of the last starts; 0 while it is unknown. */
  readonly expectedWaitMs: (caller: string) => number;
  /**
   * Returns the function to call when the query has ended, once it is its turn to start: at once where this turn of the event loop has
   * time for it. Null where its clients have disconnected before. Callers take turns.
   */
  readonly waitForTurn: (caller: string, disconnected: AbortSignal) => MaybePromise<OnEnded | null>;
  /**
   * Call it for each new connection. Node accepts one in each turn of the event loop, so the next ones, and the health checks on them,
   * wait for as many turns: until none arrives, one query starts in a turn.
   */
  readonly onConnection: () => void;
}

type OnEnded = () => void;

interface WaitingQuery {
  readonly disconnected: AbortSignal;
  readonly resolve: (onEnded: OnEnded | null) => void;
}

export interface StartQueueCallbacks {
  /** Calls back in the next turn of the event loop. */
  readonly onNextTurn: (callback: () => void) => void;
  /** Calls back in this turn, when the query that has just started waits or has ended. */
  readonly onStarted: (callback: () => void) => void;
}

export function createStartQueue(
  clock: Pick<Clock, 'monotonicMs'>,
  { onNextTurn, onStarted }: StartQueueCallbacks = { onNextTurn: setImmediate, onStarted: afterMicrotasks },
): StartQueue {
  /** By caller; the first one has the next turn. */
  const waiting = new Map<string, WaitingQuery[]>();
  let waitingCount = 0;
  /** When the first query of this turn started; null where none has. */
  let turnStartMs: number | null = null;
  /** Identifies the turn. */
  let turn = {};
  /** The queries that have started in this turn and have not ended. */
  let running = 0;
  let maxStartsMs = MAX_STARTS_MS;
  let hasNewConnection = false;
  let isTurnAwaited = false;
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
      query.resolve(null);
    }
    return undefined;
  }

  function hasTime(nowMs: number): boolean {
    return turnStartMs === null || (running === 0 && nowMs - turnStartMs < maxStartsMs);
  }

  function start(nowMs: number): OnEnded {
    lastStartMs = nowMs;
    turnStartMs ??= nowMs;
    awaitNextTurn();
    const ownTurn = turn;
    let hasEnded = false;
    running += 1;
    return () => {
      if (!hasEnded && ownTurn === turn) running -= 1;
      hasEnded = true;
    };
  }

  function awaitNextTurn(): void {
    if (isTurnAwaited) return;
    isTurnAwaited = true;
    onNextTurn(() => {
      isTurnAwaited = false;
      turnStartMs = null;
      turn = {};
      running = 0;
      maxStartsMs = hasNewConnection ? 0 : MAX_STARTS_MS;
      if (hasNewConnection) awaitNextTurn();
      hasNewConnection = false;
      startNext();
    });
  }

  function startNext(): void {
    const nowMs = clock.monotonicMs();
    const query = hasTime(nowMs) ? dequeue() : undefined;
    if (query === undefined) return;
    const sinceLastStartMs = nowMs - lastStartMs;
    meanMs = meanMs === null ? sinceLastStartMs : meanMs + LAST_START_WEIGHT * (sinceLastStartMs - meanMs);
    query.resolve(start(nowMs));
    if (waitingCount > 0) onStarted(startNext);
  }

  return {
    expectedWaitMs: (caller) => {
      const ownCount = waiting.get(caller)?.length ?? 0;
      const callers = waiting.size + (ownCount === 0 ? 1 : 0);
      return Math.min(waitingCount, ownCount * callers + callers - 1) * (meanMs ?? 0);
    },
    waitForTurn: (caller, disconnected) => {
      const nowMs = clock.monotonicMs();
      if (waitingCount === 0 && hasTime(nowMs)) return start(nowMs);
      waitingCount += 1;
      return new Promise((resolve) => {
        const queries = waiting.get(caller);
        if (queries) queries.push({ disconnected, resolve });
        else waiting.set(caller, [{ disconnected, resolve }]);
      });
    },
    onConnection: () => {
      hasNewConnection = true;
      maxStartsMs = 0;
      awaitNextTurn();
    },
  };
}

/** A query that has started runs in microtasks until it waits; ticks come after them. */
function afterMicrotasks(callback: () => void): void {
  queueMicrotask(() => {
    process.nextTick(callback);
  });
}
