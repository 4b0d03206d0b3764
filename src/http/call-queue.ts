import type { Instant } from '../domain/clock.ts';
import type { CallPriority, FairnessKey } from './types.ts';

/** What decides the turn of a waiting call. */
export interface QueuedCall {
  readonly fairnessKey: FairnessKey;
  readonly priority: CallPriority;
  /** When what the call asks for was last asked for; undefined for never. */
  readonly lastAskedAt?: Instant | undefined;
}

/**
 * The calls that wait at an account. Callers take equal turns (round-robin), however many calls each has. Of one caller, calls
 * of live data go before calls of past ranges, then those never asked, then those asked longest ago; its queries take equal
 * turns among calls that are alike.
 */
export interface CallQueue<T extends QueuedCall> {
  /** The number of calls, of one priority or of both. */
  readonly size: (priority?: CallPriority) => number;
  /**
   * Adds a call, of which one caller may have `maxPerCaller`. Returns the call that has no place then: the last in the
   * caller's order, if the new one goes before it, or else the new one.
   */
  readonly enqueue: (call: T, maxPerCaller: number) => T | undefined;
  /** Removes a call before its turn; does nothing for an unknown call. */
  readonly remove: (call: T) => void;
  /** Removes and returns the next call, or the next one of live data. */
  readonly dequeue: (isLiveOnly?: boolean) => T | undefined;
  /** The number of its caller's calls that go before a waiting call. */
  readonly countAhead: (call: T) => number;
  readonly calls: () => readonly T[];
}

export function createCallQueue<T extends QueuedCall>(): CallQueue<T> {
  // In the order of the callers' turns; no caller is without calls.
  const callers = new Map<string, Record<CallPriority, Line<T>>>();
  const sizes = { live: 0, past: 0 };

  function drop(caller: string, lines: Record<CallPriority, Line<T>>, isServed: boolean): void {
    const isEmpty = countOf(lines) === 0;
    if (isEmpty || isServed) callers.delete(caller);
    if (!isEmpty && isServed) callers.set(caller, lines);
  }

  function remove(call: T): void {
    const lines = callers.get(call.fairnessKey[0]);
    if (!lines?.[call.priority].remove(call)) return;
    sizes[call.priority] -= 1;
    drop(call.fairnessKey[0], lines, false);
  }

  return {
    size: (priority) => (priority ? sizes[priority] : sizes.live + sizes.past),
    enqueue(call, maxPerCaller) {
      const [caller] = call.fairnessKey;
      const lines = callers.get(caller) ?? { live: createLine<T>(), past: createLine<T>() };
      let displaced: T | undefined;
      if (countOf(lines) >= maxPerCaller) {
        displaced = lines.past.last() ?? lines.live.last();
        if (!displaced || compareUrgency(call, displaced) >= 0) return call;
      }
      callers.set(caller, lines);
      lines[call.priority].add(call);
      sizes[call.priority] += 1;
      if (displaced) remove(displaced);
      return displaced;
    },
    remove,
    dequeue(isLiveOnly = false) {
      for (const [caller, lines] of callers) {
        const call = lines.live.shift() ?? (isLiveOnly ? undefined : lines.past.shift());
        if (!call) continue;
        sizes[call.priority] -= 1;
        drop(caller, lines, true);
        return call;
      }
      return undefined;
    },
    countAhead(call) {
      const lines = callers.get(call.fairnessKey[0]);
      if (!lines) return 0;
      return (call.priority === 'past' ? lines.live.size() : 0) + Math.max(0, lines[call.priority].indexOf(call));
    },
    calls: () => [...callers.values()].flatMap(({ live, past }) => [...live.calls(), ...past.calls()]),
  };
}

function countOf<T>(lines: Record<CallPriority, Line<T>>): number {
  return lines.live.size() + lines.past.size();
}

/** Negative where the first call goes before the second of the same caller, whatever their queries are. */
function compareUrgency(first: QueuedCall, second: QueuedCall): number {
  if (first.priority !== second.priority) return first.priority === 'live' ? -1 : 1;
  return (first.lastAskedAt ?? 0) - (second.lastAskedAt ?? 0);
}

/** One caller's calls of one priority, sorted. */
interface Line<T> {
  readonly size: () => number;
  readonly add: (call: T) => void;
  readonly remove: (call: T) => boolean;
  readonly shift: () => T | undefined;
  readonly last: () => T | undefined;
  readonly indexOf: (call: T) => number;
  readonly calls: () => readonly T[];
}

function createLine<T extends QueuedCall>(): Line<T> {
  const calls: T[] = [];
  // A query's calls are numbered, from the number that was served last: equal numbers of several queries are one round.
  const rounds = new WeakMap<T, number>();
  const queries = new Map<string, { lastRound: number; waiting: number }>();
  let servedRound = 0;

  function compare(first: T, second: T): number {
    return compareUrgency(first, second) || (rounds.get(first) ?? 0) - (rounds.get(second) ?? 0);
  }

  /** The index behind all calls that do not go after the call: equals keep their order of arrival. Thousands of calls may wait. */
  function insertionIndex(call: T): number {
    let low = 0;
    let high = calls.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = calls[middle];
      if (other !== undefined && compare(other, call) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function leave(call: T): void {
    const query = queries.get(call.fairnessKey[1]);
    if (query && (query.waiting -= 1) === 0) queries.delete(call.fairnessKey[1]);
  }

  return {
    size: () => calls.length,
    add(call) {
      const query = queries.get(call.fairnessKey[1]) ?? { lastRound: 0, waiting: 0 };
      query.lastRound = Math.max(query.lastRound, servedRound) + 1;
      query.waiting += 1;
      queries.set(call.fairnessKey[1], query);
      rounds.set(call, query.lastRound);
      calls.splice(insertionIndex(call), 0, call);
    },
    remove(call) {
      const index = calls.indexOf(call);
      if (index < 0) return false;
      calls.splice(index, 1);
      leave(call);
      return true;
    },
    shift() {
      const call = calls.shift();
      if (call === undefined) return undefined;
      servedRound = Math.max(servedRound, rounds.get(call) ?? 0);
      leave(call);
      return call;
    },
    last: () => calls.at(-1),
    indexOf: (call) => calls.indexOf(call),
    calls: () => calls,
  };
}
