import type { CacheConditions } from '../http/types.ts';
import { isStale, type ReadOutcome } from './freshness.ts';
import type { ServeStale, SharedFetch } from './shared-fetch.ts';

/** Receives the outcome of a key. */
export interface KeyReader {
  readonly onOutcome: (id: string, outcome: ReadOutcome) => void;
  readonly onFailure: (id: string, error: Error) => void;
  /** Called when the fetch of the key continues in the background or waits for the rate limit, and when its start is put off. */
  readonly onDelayed: (key: KeyInFlight) => void;
}

/**
 * A key that is being fetched in this process. A query may fetch hundreds of them at a time: everything is callbacks, and what rarely
 * happens is made when it does.
 */
export class KeyInFlight {
  readonly id: string;
  readonly fetch: SharedFetch;
  /** On the monotonic clock. */
  readonly startedAtMs: number;
  /** Present: the cache may have a fresh value, which is not accepted. */
  readonly accepts: CacheConditions | undefined;
  /** Whether the vendor is being asked for the key, now or once the rate limit allows: what arrives is not from the cache. */
  isAsked = false;
  #isUrgent = false;
  #isDelayed = false;
  #giveUp: (() => ReadOutcome) | undefined;
  #startsAfterMs = -Infinity;
  #serve: ServeStale | undefined;
  #urgentListeners: (() => void)[] | undefined;
  #outcome: ReadOutcome | undefined;
  #failure: Error | undefined;
  #readers: KeyReader[] | undefined;

  constructor(id: string, fetch: SharedFetch, startedAtMs: number, accepts: CacheConditions | undefined) {
    this.id = id;
    this.fetch = fetch;
    this.startedAtMs = startedAtMs;
    this.accepts = accepts;
  }

  get isSettled(): boolean {
    return this.#outcome !== undefined || this.#failure !== undefined;
  }

  /** The first outcome counts. */
  settle(outcome: ReadOutcome): void {
    if (this.isSettled) return;
    this.#outcome = outcome;
    for (const reader of this.#readers ?? []) reader.onOutcome(this.id, outcome);
  }

  fail(error: Error): void {
    if (this.isSettled) return;
    this.#failure = error;
    for (const reader of this.#readers ?? []) reader.onFailure(this.id, error);
  }

  addReader(reader: KeyReader): void {
    if (this.#outcome) reader.onOutcome(this.id, this.#outcome);
    else if (this.#failure) reader.onFailure(this.id, this.#failure);
    else {
      if (this.#readers) this.#readers.push(reader);
      else this.#readers = [reader];
      if (this.#isDelayed) this.#notifyOfDelay(reader);
    }
  }

  /** A reader that waits no longer. The request may keep its place for hours, in which many come and go. */
  removeReader(reader: KeyReader): void {
    if (!this.isSettled) this.#readers = this.#readers?.filter((other) => other !== reader);
  }

  /** A reader of live data waits for the key, or is served its stale value. */
  raise(): void {
    if (this.#isUrgent) return;
    this.#isUrgent = true;
    for (const listener of this.#urgentListeners?.splice(0) ?? []) listener();
  }

  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  onUrgent(listener: () => void): void {
    // A list of one, as nearly always, takes no room for more.
    if (this.#urgentListeners) this.#urgentListeners.push(listener);
    else this.#urgentListeners = [listener];
  }

  /** The monotonic time in milliseconds until which the key is fetched in the background. */
  get backgroundUntilMs(): number {
    return this.#serve ? this.fetch.backgroundUntilMs : -Infinity;
  }

  continueInBackground(serve: ServeStale): void {
    this.#serve = serve;
    this.#delay();
  }

  /** The key is read again: what is fetched in the background goes on. */
  extendBackground(): void {
    if (this.#serve) this.fetch.extendBackground();
  }

  /** Returns what a reader receives immediately; what is served because the vendor fails has no fresh value to wait for. */
  serveStale(waitsForFresh: boolean): ReadOutcome | undefined {
    const served = this.#serve?.(this.id);
    return served && waitsForFresh && !isStale(served) ? undefined : served;
  }

  startWaiting(giveUp: () => ReadOutcome, startsAfterMs = -Infinity): void {
    this.isAsked = true;
    this.#giveUp = giveUp;
    const isPutOff = startsAfterMs > this.#startsAfterMs;
    if (isPutOff) this.#startsAfterMs = startsAfterMs;
    if (this.#isDelayed && !isPutOff) return;
    this.#isDelayed = true;
    this.#notifyAll();
  }

  endWaiting(): void {
    this.isAsked = true;
    this.#giveUp = undefined;
    this.#startsAfterMs = -Infinity;
  }

  /** The monotonic time in milliseconds before which the request for the key is not sent, as far as that is known. */
  get startsAfterMs(): number {
    return this.#startsAfterMs;
  }

  /** Returns what a reader receives whose time to wait is over; undefined unless the key waits for the rate limit. */
  giveUp(): ReadOutcome | undefined {
    return this.#giveUp?.();
  }

  #delay(): void {
    if (this.#isDelayed) return;
    this.#isDelayed = true;
    this.#notifyAll();
  }

  #notifyAll(): void {
    for (const reader of this.#readers ?? []) this.#notifyOfDelay(reader);
  }

  #notifyOfDelay(reader: KeyReader): void {
    queueMicrotask(() => {
      reader.onDelayed(this);
    });
  }
}
