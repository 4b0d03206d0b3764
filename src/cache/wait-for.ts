import type { Clock } from '../domain/clock.ts';
import type { AddAbortListener } from '../http/abort.ts';
import type { ReadOutcome } from './freshness.ts';
import type { KeyInFlight, KeyReader } from './key-in-flight.ts';
import type { SharedFetch } from './shared-fetch.ts';

/** A reader that waits for fetches. */
export interface Waiter {
  readonly signal: AbortSignal;
  readonly waitsForFresh?: boolean | undefined;
  /** The monotonic time in milliseconds until which it waits for requests that have not been sent. */
  readonly waitUntilMs?: number | undefined;
  /** Called for each key once something is received of it, while others are still waited for. */
  readonly onKnown: (id: string) => void;
  readonly clock: Clock;
  readonly addAbortListener: AddAbortListener;
  /** Returns what the reader gets of a renewal that waits for the rate limit; undefined: it waits, too. */
  readonly findWhileRenewalWaits?: (key: KeyInFlight) => Promise<ReadOutcome | undefined>;
}

/** What a waiter has received. */
export interface Received {
  readonly outcomes: ReadonlyMap<string, ReadOutcome>;
  /** Of keys whose fetch rejected, by id: a bug, since a failure of the vendor is an outcome. */
  readonly failures: ReadonlyMap<string, Error>;
}

/**
 * Waits for fetches as one of their waiters. Returns an outcome or a failure for every key, or for those of which one is known when
 * the signal is aborted.
 */
export async function waitFor(keys: Iterable<KeyInFlight>, waiter: Waiter): Promise<Received> {
  const { signal, waitUntilMs = Infinity, clock, addAbortListener } = waiter;
  const all = [...keys];
  if (all.length === 0) return { outcomes: new Map(), failures: new Map() };
  const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
  const deadline = createDeadline(clock, waitUntilMs);
  const { reader, received, stop } = createReader(all.length, waiter, deadline.onPassed, () => {
    end(undefined);
  });
  const leave = joinAll(new Set(all.map(({ fetch }) => fetch)), waitUntilMs);
  const removeListener = addAbortListener(signal, () => {
    leave();
    end(undefined);
  });
  for (const key of all) key.addReader(reader);
  await ended;
  for (const key of all) key.removeReader(reader);
  for (const release of [stop, leave, removeListener, deadline.cancel]) release();
  return received;
}

/** Collects what is received of so many keys, until it is stopped. */
function createReader(
  count: number,
  waiter: Waiter,
  onDeadline: (callback: () => void) => void,
  onComplete: () => void,
) {
  const outcomes = new Map<string, ReadOutcome>();
  const failures = new Map<string, Error>();
  let isStopped = false;
  const receive = <T>(into: Map<string, T>, id: string, received: T): void => {
    if (isStopped || outcomes.has(id) || failures.has(id)) return;
    into.set(id, received);
    waiter.onKnown(id);
    if (outcomes.size + failures.size === count) onComplete();
  };
  const onOutcome: KeyReader['onOutcome'] = (id, outcome) => {
    receive(outcomes, id, outcome);
  };
  const onFailure: KeyReader['onFailure'] = (id, error) => {
    receive(failures, id, error);
  };
  const onDelayed = createDelayHandler(waiter, onDeadline, { onOutcome, onFailure });
  const reader: KeyReader = { onOutcome, onFailure, onDelayed };
  const stop = (): void => {
    isStopped = true;
  };
  return { reader, received: { outcomes, failures }, stop };
}

/** Creates the function that passes what a reader receives before the outcome because the fetch takes long. */
function createDelayHandler(
  { waitsForFresh = false, waitUntilMs = Infinity, findWhileRenewalWaits }: Waiter,
  onDeadline: (callback: () => void) => void,
  { onOutcome, onFailure }: Pick<KeyReader, 'onOutcome' | 'onFailure'>,
): KeyReader['onDelayed'] {
  const serveOrGiveUp = (key: KeyInFlight, served: ReadOutcome | undefined): void => {
    const giveUp = (): void => {
      const outcome = key.giveUp();
      if (outcome) onOutcome(key.id, outcome);
    };
    if (served) onOutcome(key.id, served);
    else if (key.startsAfterMs > waitUntilMs) giveUp();
    else onDeadline(giveUp);
  };
  return (key) => {
    const stale = key.serveStale(waitsForFresh);
    if (stale || !key.accepts || !findWhileRenewalWaits) serveOrGiveUp(key, stale);
    else
      findWhileRenewalWaits(key).then(
        (served) => {
          serveOrGiveUp(key, served);
        },
        (error: unknown) => {
          onFailure(key.id, error instanceof Error ? error : new Error(String(error)));
        },
      );
  };
}

/** Joins fetches as one waiter; returns how to leave them. */
function joinAll(fetches: ReadonlySet<SharedFetch>, waitUntilMs: number): () => void {
  for (const fetch of fetches) fetch.join(waitUntilMs);
  let hasLeft = false;
  return () => {
    if (hasLeft) return;
    hasLeft = true;
    for (const fetch of fetches) fetch.leave();
  };
}

/** A point in time that is waited for only where that is wanted: most readers never set the timer. */
function createDeadline(clock: Clock, atMs: number) {
  const callbacks: (() => void)[] = [];
  let cancelTimer: (() => void) | undefined;
  let isPassed = false;
  let isCancelled = false;
  return {
    onPassed: (callback: () => void): void => {
      if (isPassed) callback();
      else callbacks.push(callback);
      if (atMs === Infinity || isCancelled) return;
      cancelTimer ??= clock.setTimer(atMs - clock.monotonicMs(), () => {
        isPassed = true;
        for (const each of callbacks) each();
      });
    },
    cancel: (): void => {
      isCancelled = true;
      cancelTimer?.();
    },
  };
}
