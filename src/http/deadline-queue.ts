import type { Clock } from '../domain/clock.ts';

/** Calls back after the same time for each, unless the returned function is called before. */
export type AddDeadline = (onDeadline: () => void) => () => void;

interface Entry {
  readonly dueMs: number;
  readonly onDeadline: () => void;
}

/**
 * Deadlines of equal length, with one timer for all: each is due after all that were added before. A timer for each vendor call
 * would nearly always be cancelled.
 */
export function createDeadlineQueue(clock: Clock, lengthMs: number): AddDeadline {
  // A Set keeps the order of insertion.
  const entries = new Set<Entry>();
  let cancelTimer: (() => void) | null = null;

  function setTimer(dueMs: number): void {
    cancelTimer = clock.setTimer(dueMs - clock.monotonicMs(), () => {
      cancelTimer = null;
      // A timer may fire slightly early by the monotonic clock.
      expire(Math.max(dueMs, clock.monotonicMs()));
    });
  }

  function expire(nowMs: number): void {
    const due = [...entries].filter(({ dueMs }) => dueMs <= nowMs);
    // A callback may remove one of the others, or add one.
    for (const entry of due) if (entries.delete(entry)) entry.onDeadline();
    const [next] = entries;
    if (next && !cancelTimer) setTimer(next.dueMs);
  }

  return (onDeadline) => {
    const entry = { dueMs: clock.monotonicMs() + lengthMs, onDeadline };
    entries.add(entry);
    if (entries.size === 1) setTimer(entry.dueMs);
    return () => {
      if (!entries.delete(entry) || entries.size > 0) return;
      cancelTimer?.();
      cancelTimer = null;
    };
  };
}
