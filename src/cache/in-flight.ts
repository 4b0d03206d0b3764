import type { Clock } from '../domain/clock.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { AddAbortListener } from '../http/abort.ts';
import type { CacheConditions, CallContext } from '../http/types.ts';
import { isAsStrict } from './fetch-request.ts';
import { isStale, type ReadOutcome } from './freshness.ts';
import { createSharedFetch, type FetchControl, type ServeStale, type SharedFetch } from './shared-fetch.ts';

/** A key that is being fetched in this process. */
export interface InFlightEntry {
  readonly outcome: Promise<ReadOutcome>;
  readonly sharedFetch: SharedFetch;
  /** On the monotonic clock. */
  readonly startedAtMs: number;
  /** Present: the cache may have a fresh value, which is not accepted. */
  readonly accepts?: CacheConditions | undefined;
}

/** The keys of one read, by how this process can answer them. */
export interface Partition {
  /** Being fetched in the background: the stale value can be served immediately. */
  readonly revalidating: ReadonlyMap<string, ReadOutcome>;
  /** Being fetched: the reader can join. */
  readonly inFlight: ReadonlyMap<string, InFlightEntry>;
  readonly rest: readonly string[];
}

type Reader = Pick<CallContext, 'priority' | 'isBackground' | 'waitsForFresh' | 'accepts'>;

/** Fetches keys; `fetch` is what the readers of all of them share. */
export type RunFetch = (fetch: FetchControl) => Promise<ReadonlyMap<string, ReadOutcome>>;

/** The keys in flight in this process. Every function takes effect before it returns. */
export interface InFlightRegistry {
  /** Whether the key is being fetched, but for a fetch that renews what readers without conditions may still have. */
  readonly has: (id: string) => boolean;
  /** Later readers of the keys that match do not join what is being fetched; those that wait for it still get it. */
  readonly detach: (matches: (id: string) => boolean) => void;
  /** Sorts the keys of a reader. The requests that one of live data depends on become urgent. */
  readonly partition: (ids: readonly string[], reader: Reader, isCached: (id: string) => boolean) => Partition;
  /**
   * Starts a fetch, which lasts as long as it has a waiter; `accepts` are the conditions of its reader. `run` returns an outcome for
   * every key.
   */
  readonly start: (
    ids: readonly string[],
    createAbortError: () => VendorError,
    run: RunFetch,
    accepts?: CacheConditions,
  ) => ReadonlyMap<string, InFlightEntry>;
  /** Starts a background fetch, which lasts until it is done or the process shuts down. */
  readonly startRevalidation: (
    ids: readonly string[],
    createAbortError: () => VendorError,
    serveStale: ServeStale,
    run: RunFetch,
  ) => void;
}

export function createInFlightRegistry(
  clock: Clock,
  addAbortListener: AddAbortListener,
  shutdownSignal: AbortSignal,
): InFlightRegistry {
  const createFetch = (createAbortError: () => VendorError) =>
    createSharedFetch(createAbortError, addAbortListener, clock, shutdownSignal);
  const entries = new Map<string, InFlightEntry>();
  return {
    has: (id) => entries.has(id) && !entries.get(id)?.accepts,
    detach(matches) {
      for (const id of [...entries.keys()].filter(matches)) entries.delete(id);
    },
    partition: (ids, reader, isCached) => partition(entries, ids, reader, isCached),
    start: (ids, createAbortError, run, accepts) =>
      register(entries, ids, createFetch(createAbortError), run, { startedAtMs: clock.monotonicMs(), accepts }),
    startRevalidation(ids, createAbortError, serveStale, run) {
      const sharedFetch = createFetch(createAbortError);
      sharedFetch.continueInBackground(ids, serveStale);
      register(entries, ids, sharedFetch, run, { startedAtMs: clock.monotonicMs() });
    },
  };
}

function partition(
  entries: ReadonlyMap<string, InFlightEntry>,
  ids: readonly string[],
  { priority = 'live', isBackground = false, waitsForFresh = false, accepts }: Reader,
  isCached: (id: string) => boolean,
): Partition {
  const revalidating = new Map<string, ReadOutcome>();
  const inFlight = new Map<string, InFlightEntry>();
  const rest: string[] = [];
  for (const id of ids) {
    const known = entries.get(id);
    const entry = known && mayJoin(known, id, accepts, isCached) ? known : undefined;
    if (priority === 'live' && !isBackground) entry?.sharedFetch.raise(id);
    const served = entry && findStale(entry, id, waitsForFresh);
    if (served) revalidating.set(id, served);
    else if (entry) inFlight.set(id, entry);
    else rest.push(id);
  }
  return { revalidating, inFlight, rest };
}

/** A reader without conditions takes what is cached rather than wait for its renewal; one with conditions, nothing that may be from the cache. */
function mayJoin(
  entry: InFlightEntry,
  id: string,
  accepts: CacheConditions | undefined,
  isCached: (id: string) => boolean,
): boolean {
  if (!accepts) return !entry.accepts || !isCached(id);
  const { notBeforeMs = -Infinity } = accepts;
  return entry.startedAtMs >= notBeforeMs && (entry.sharedFetch.isAsked(id) || isAsStrict(entry.accepts, accepts));
}

/** What is served because the vendor fails has no fresh value that a reader could wait for. */
function findStale({ sharedFetch }: InFlightEntry, id: string, waitsForFresh: boolean): ReadOutcome | undefined {
  const served = sharedFetch.serveStale(id);
  return served && waitsForFresh && !isStale(served) ? undefined : served;
}

/** Runs a fetch and keeps its keys among the entries until it is done or aborted. */
function register(
  entries: Map<string, InFlightEntry>,
  ids: readonly string[],
  sharedFetch: SharedFetch,
  run: RunFetch,
  origin: Pick<InFlightEntry, 'startedAtMs' | 'accepts'>,
): ReadonlyMap<string, InFlightEntry> {
  const remove = (): void => {
    for (const id of ids) if (entries.get(id)?.sharedFetch === sharedFetch) entries.delete(id);
  };
  // Removed on abort: a reader that arrives after the last waiter left must start a new fetch, not inherit the cancellation.
  sharedFetch.onAbort(remove);
  const pending: PendingOutcomes = new Map(ids.map((id) => [id, Promise.withResolvers<ReadOutcome>()]));
  const unsettled = new Set(ids);
  const settleKey = (id: string, outcome: ReadOutcome): void => {
    pending.get(id)?.resolve(outcome);
    // With every key settled there is nothing left to abort for a waiter that has its outcomes and leaves.
    if (unsettled.delete(id) && unsettled.size === 0) sharedFetch.settle();
    if (entries.get(id)?.sharedFetch === sharedFetch) entries.delete(id);
  };
  const running = run({ ...sharedFetch, settleKey }).finally(() => {
    sharedFetch.settle();
    remove();
  });
  settleRemaining(pending, running);
  const started = new Map<string, InFlightEntry>();
  for (const [id, { promise: outcome }] of pending) {
    // Waiters receive the failure. Without a waiter it must not end the process as an unhandled rejection.
    outcome.catch(() => undefined);
    const entry = { sharedFetch, outcome, ...origin };
    started.set(id, entry);
    // One that renews the key brings more than one that only reads what is cached.
    if (origin.accepts || !entries.get(id)?.accepts) entries.set(id, entry);
  }
  return started;
}

type PendingOutcomes = ReadonlyMap<string, PromiseWithResolvers<ReadOutcome>>;

/** Settles every key at the end of its fetch. Nothing changes for one that is settled. */
function settleRemaining(pending: PendingOutcomes, running: ReturnType<RunFetch>): void {
  running.then(
    (outcomes) => {
      for (const [id, { resolve, reject }] of pending) {
        const outcome = outcomes.get(id);
        if (outcome) resolve(outcome);
        else reject(new Error('a fetch returned no outcome for one of its keys'));
      }
    },
    (error: unknown) => {
      for (const { reject } of pending.values()) reject(error);
    },
  );
}

/** A reader that waits for fetches. */
export interface Waiter {
  readonly signal: AbortSignal;
  readonly waitsForFresh?: boolean | undefined;
  /** The monotonic time in milliseconds until which it waits for requests that have not been sent. */
  readonly waitUntilMs?: number | undefined;
  readonly clock: Clock;
  readonly addAbortListener: AddAbortListener;
  /** Returns what the reader gets of a key that is delayed, where the fetch itself serves nothing; undefined: it waits. */
  readonly findMeanwhile?: (id: string, entry: InFlightEntry) => Promise<ReadOutcome | undefined>;
}

/**
 * Waits for fetches as one of their waiters. Returns an outcome for every key, or for those that are known when the signal is
 * aborted.
 */
export async function waitFor(
  entries: ReadonlyMap<string, InFlightEntry>,
  { signal, waitsForFresh = false, waitUntilMs = Infinity, clock, addAbortListener, findMeanwhile }: Waiter,
): Promise<ReadonlyMap<string, ReadOutcome>> {
  const sharedFetches = new Set([...entries.values()].map(({ sharedFetch }) => sharedFetch));
  const releases = [...sharedFetches].map((sharedFetch) => sharedFetch.join(signal, waitUntilMs));
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<undefined>();
  const removeListener = addAbortListener(signal, () => {
    end(undefined);
  });
  const deadline = createDeadline(clock, waitUntilMs);
  const known = new Map<string, ReadOutcome>();
  const settle = (id: string, outcome: ReadOutcome): void => {
    if (!known.has(id)) known.set(id, outcome);
    if (known.size === entries.size) end(undefined);
  };
  /** With what a reader receives before the outcome because the fetch takes long. */
  const settleEarly = async (id: string, entry: InFlightEntry): Promise<void> => {
    const served = findStale(entry, id, waitsForFresh) ?? (await findMeanwhile?.(id, entry));
    if (!served) await deadline.passed();
    const outcome = served ?? entry.sharedFetch.giveUp(id);
    if (outcome) settle(id, outcome);
  };
  try {
    for (const [id, entry] of entries) {
      entry.outcome.then((outcome) => {
        settle(id, outcome);
      }, fail);
      entry.sharedFetch.onDelayed(id, () => {
        settleEarly(id, entry).catch(fail);
      });
    }
    if (entries.size > 0) await ended;
    return new Map(known);
  } finally {
    for (const release of [...releases, removeListener, deadline.cancel]) release();
  }
}

/** A point in time that is waited for only where that is wanted: most readers never set the timer. */
function createDeadline(
  clock: Clock,
  atMs: number,
): { readonly passed: () => Promise<void>; readonly cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let cancelTimer: (() => void) | undefined;
  return {
    passed() {
      if (atMs < Infinity)
        cancelTimer ??= clock.setTimer(atMs - clock.monotonicMs(), () => {
          resolve(undefined);
        });
      return promise;
    },
    cancel: () => cancelTimer?.(),
  };
}
