import type { Clock } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { AddAbortListener } from '../http/abort.ts';
import type { ReadOutcome } from './freshness.ts';

/** How long a background fetch waits for the rate limit after its key was last read. */
const BACKGROUND_WAIT_MS = 2 * MINUTE;

/** Returns what a reader of a key receives immediately while the key is being fetched; undefined where the reader waits. */
export type ServeStale = (id: string) => ReadOutcome | undefined;

/** What a running fetch sees of its waiters, and how it continues without them. */
export interface FetchControl {
  /** Aborted when the last waiter leaves before the fetch is done. */
  readonly signal: AbortSignal;
  /**
   * The monotonic time in milliseconds until which a request for these keys waits for the rate limit: that of the most patient
   * waiter, or longer where one of the keys is fetched in the background.
   */
  readonly waitUntilMs: (ids: readonly string[]) => number;
  /** Serves stale values to present and later readers of keys immediately; the fetch continues while they read again. */
  readonly continueInBackground: (ids: readonly string[], serveStale: ServeStale) => void;
  /** The request for these keys waits for the rate limit. A reader whose own time to wait is over receives `giveUp`. */
  readonly startWaiting: (ids: readonly string[], giveUp: () => ReadOutcome) => void;
  /** The request for these keys has been sent: their readers wait for the response. */
  readonly endWaiting: (ids: readonly string[]) => void;
  /** Calls back once a reader of live data waits for one of the keys, at once where one does. Returns how to unsubscribe. */
  readonly onUrgent: (ids: readonly string[], callback: () => void) => () => void;
  /** Passes one key's outcome to its waiters before the fetch is done. The key is then no longer in flight. */
  readonly settleKey: (id: string, outcome: ReadOutcome) => void;
}

/** A fetch that belongs to its waiters together: it lasts as long as it has at least one. */
export interface SharedFetch extends Omit<FetchControl, 'settleKey'> {
  /** Adds a waiter, until the returned function is called or the waiter's signal is aborted. */
  readonly join: (waiter: AbortSignal, waitUntilMs: number) => () => void;
  readonly serveStale: ServeStale;
  /** A reader of live data waits for the key, or is served its stale value. */
  readonly raise: (id: string) => void;
  /** Whether the vendor is being asked for the key, now or once the rate limit allows: what arrives is not from the cache. */
  readonly isAsked: (id: string) => boolean;
  /** Returns what a reader of a key receives whose time to wait is over; undefined unless the key waits for the rate limit. */
  readonly giveUp: (id: string) => ReadOutcome | undefined;
  /** Calls back, a tick later, when the fetch of a key continues in the background, or waits for the rate limit. */
  readonly onDelayed: (id: string, callback: () => void) => void;
  /** Calls back when the last waiter leaves, before the signal is aborted. */
  readonly onAbort: (callback: () => void) => void;
  /** Marks the fetch as done: waiters that leave no longer abort it. */
  readonly settle: () => void;
}

export function createSharedFetch(
  createAbortError: () => VendorError,
  addAbortListener: AddAbortListener,
  clock: Clock,
  shutdownSignal: AbortSignal,
): SharedFetch {
  const controller = new AbortController();
  const { backgroundUntilMs, startBackground, ...delays } = createDelays(clock);
  let leaveBackground: (() => void) | undefined;
  let settled = false;
  let beforeAbort: (() => void) | undefined;
  const waiters = createWaiters(addAbortListener, () => {
    if (settled) return;
    beforeAbort?.();
    controller.abort(createAbortError());
  });
  return {
    ...delays,
    ...createUrgency(),
    signal: controller.signal,
    onAbort(callback) {
      beforeAbort = callback;
    },
    join: (waiter, waitUntilMs) => waiters.join(waiter, waitUntilMs),
    waitUntilMs: (ids) => Math.max(waiters.waitUntilMs(), backgroundUntilMs(ids)),
    continueInBackground(ids, serveStale) {
      leaveBackground ??= waiters.join(shutdownSignal, -Infinity);
      startBackground(ids, serveStale);
    },
    settle() {
      settled = true;
      leaveBackground?.();
    },
  };
}

/** Counts the waiters of a fetch and keeps the longest time that one of them waits for the rate limit. */
function createWaiters(addAbortListener: AddAbortListener, onLastLeft: () => void) {
  let latestWaitMs = -Infinity;
  let count = 0;
  return {
    waitUntilMs: () => latestWaitMs,
    join(waiter: AbortSignal, waitUntilMs: number): () => void {
      latestWaitMs = Math.max(latestWaitMs, waitUntilMs);
      count += 1;
      let released = false;
      const release = (): void => {
        if (released) return;
        released = true;
        count -= 1;
        if (count === 0) onLastLeft();
      };
      const removeListener = addAbortListener(waiter, release);
      return () => {
        removeListener();
        release();
      };
    },
  };
}

/** The keys of a fetch that readers of live data wait for. */
function createUrgency(): Pick<SharedFetch, 'raise' | 'onUrgent'> {
  const urgent = new Set<string>();
  const listeners = new Map<() => void, readonly string[]>();
  return {
    raise(id) {
      if (urgent.has(id)) return;
      urgent.add(id);
      for (const [listener, ids] of listeners) if (ids.includes(id)) listener();
    },
    onUrgent(ids, callback) {
      const listener = (): void => {
        listeners.delete(listener);
        callback();
      };
      if (ids.some((id) => urgent.has(id))) listener();
      else listeners.set(listener, ids);
      return () => listeners.delete(listener);
    },
  };
}

/** The keys that are fetched in the background, with what their readers receive meanwhile. */
function createBackgroundKeys(clock: Clock) {
  const serving = new Map<string, ServeStale>();
  let untilMs = -Infinity;
  const extend = (): void => {
    untilMs = clock.monotonicMs() + BACKGROUND_WAIT_MS;
  };
  return {
    waitUntilMs: (ids: readonly string[]) => (ids.some((id) => serving.has(id)) ? untilMs : -Infinity),
    start(ids: readonly string[], serveStale: ServeStale): void {
      extend();
      for (const id of ids) serving.set(id, serveStale);
    },
    serveStale: (id: string): ReadOutcome | undefined => {
      const outcome = serving.get(id)?.(id);
      if (outcome) extend();
      return outcome;
    },
  };
}

/** What readers of keys wait for. Callbacks, since a fetch of one key would otherwise make promises that nearly never settle. */
function createStarts() {
  const started = new Set<string>();
  const callbacks = new Map<string, (() => void)[]>();
  return {
    onStart: (id: string, callback: () => void): void => {
      const others = callbacks.get(id);
      if (started.has(id)) queueMicrotask(callback);
      else if (others) others.push(callback);
      else callbacks.set(id, [callback]);
    },
    start: (ids: readonly string[]): void => {
      for (const id of ids) {
        started.add(id);
        for (const callback of callbacks.get(id) ?? []) queueMicrotask(callback);
        callbacks.delete(id);
      }
    },
  };
}

/** The keys of a fetch that are fetched in the background or wait for the rate limit. */
function createDelays(clock: Clock) {
  const background = createBackgroundKeys(clock);
  const waiting = new Map<string, () => ReadOutcome>();
  const asked = new Set<string>();
  const delays = createStarts();
  return {
    backgroundUntilMs: background.waitUntilMs,
    startBackground: (ids: readonly string[], serveStale: ServeStale): void => {
      background.start(ids, serveStale);
      delays.start(ids);
    },
    serveStale: background.serveStale,
    startWaiting(ids: readonly string[], giveUp: () => ReadOutcome): void {
      for (const id of ids) {
        asked.add(id);
        waiting.set(id, giveUp);
      }
      delays.start(ids);
    },
    endWaiting(ids: readonly string[]): void {
      for (const id of ids) {
        asked.add(id);
        waiting.delete(id);
      }
    },
    isAsked: (id: string) => asked.has(id),
    giveUp: (id: string) => waiting.get(id)?.(),
    onDelayed: delays.onStart,
  };
}
