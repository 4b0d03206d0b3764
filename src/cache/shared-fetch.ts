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
  /** Aborted when no key has a waiter left before the fetch is done. */
  readonly signal: AbortSignal;
  /** Aborted when what a request for these keys fetches has no waiter left. */
  readonly signalOf: (ids: readonly string[]) => AbortSignal;
  /**
   * The monotonic time in milliseconds until which a request for these keys waits for the rate limit: that of the most patient
   * waiter, or longer where one of the keys is fetched in the background.
   */
  readonly waitUntilMs: (ids: readonly string[]) => number;
  /** Serves stale values to present and later readers of keys immediately; the fetch continues while they read again. */
  readonly continueInBackground: (ids: readonly string[], serveStale: ServeStale) => void;
  /**
   * The request for these keys waits for the rate limit. A reader whose own time to wait is over, or will be at `startsAfterMs`, receives
   * `giveUp`. Called again when that time changes.
   */
  readonly startWaiting: (ids: readonly string[], giveUp: () => ReadOutcome, startsAfterMs?: number) => void;
  /** The request for these keys has been sent: their readers wait for the response. */
  readonly endWaiting: (ids: readonly string[]) => void;
  /** Calls back once a reader of live data waits for one of the keys, at once where one does. Returns how to unsubscribe. */
  readonly onUrgent: (ids: readonly string[], callback: () => void) => () => void;
  /** Passes one key's outcome to its waiters before the fetch is done. The key is then no longer in flight. */
  readonly settleKey: (id: string, outcome: ReadOutcome) => void;
}

export interface SharedFetchOptions {
  readonly clock: Clock;
  readonly addAbortListener: AddAbortListener;
  readonly shutdownSignal: AbortSignal;
  readonly createAbortError: () => VendorError;
  /** Called when the last waiter leaves, before the signal is aborted. */
  readonly onAbort: () => void;
}

/** A fetch that belongs to its waiters together: it lasts as long as it has at least one. */
export class SharedFetch {
  readonly #options: SharedFetchOptions;
  readonly #controller = new AbortController();
  #waiters = 0;
  #latestWaitMs = -Infinity;
  #backgroundUntilMs = -Infinity;
  #removeShutdownListener: (() => void) | undefined;
  #isSettled = false;

  constructor(options: SharedFetchOptions) {
    this.#options = options;
  }

  /** Aborted when the last waiter leaves before the fetch is done. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The longest time that a waiter waits for the rate limit. */
  get waitUntilMs(): number {
    return this.#latestWaitMs;
  }

  get backgroundUntilMs(): number {
    return this.#backgroundUntilMs;
  }

  /** Adds a waiter. Each leaves once. */
  join(waitUntilMs: number): void {
    this.#latestWaitMs = Math.max(this.#latestWaitMs, waitUntilMs);
    this.#waiters += 1;
  }

  leave(): void {
    this.#waiters -= 1;
    if (this.#waiters > 0 || this.#isSettled) return;
    this.#options.onAbort();
    this.#controller.abort(this.#options.createAbortError());
  }

  /** Adds the process as a waiter, until it shuts down. */
  continueInBackground(): void {
    this.extendBackground();
    if (this.#removeShutdownListener) return;
    this.join(-Infinity);
    const { addAbortListener, shutdownSignal } = this.#options;
    this.#removeShutdownListener = addAbortListener(shutdownSignal, () => {
      this.leave();
    });
  }

  /** A key that is fetched in the background has been read. */
  extendBackground(): void {
    this.#backgroundUntilMs = this.#options.clock.monotonicMs() + BACKGROUND_WAIT_MS;
  }

  /** Marks the fetch as done: waiters that leave no longer abort it. */
  settle(): void {
    this.#isSettled = true;
    this.#removeShutdownListener?.();
  }
}
