import type { Clock } from '../domain/clock.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { AddAbortListener } from '../http/abort.ts';
import type { CallContext } from '../http/types.ts';
import { isStale, type ReadOutcome } from './freshness.ts';
import { createSharedFetch, type FetchControl, type ServeStale, type SharedFetch } from './shared-fetch.ts';

/** A key that is being fetched in this process. */
export interface InFlightEntry {
  readonly outcome: Promise<ReadOutcome>;
  readonly sharedFetch: SharedFetch;
}

/** The keys of one read, by how this process can answer them. */
export interface Partition {
  /** Being fetched in the background: the stale value can be served immediately. */
  readonly revalidating: ReadonlyMap<string, ReadOutcome>;
  /** Being fetched: the reader can join. */
  readonly inFlight: ReadonlyMap<string, InFlightEntry>;
  readonly rest: readonly string[];
}

type RunFetch = (fetch: FetchControl) => Promise<ReadonlyMap<string, ReadOutcome>>;

/** The keys in flight in this process. Every function takes effect before it returns. */
export interface InFlightRegistry {
  readonly has: (id: string) => boolean;
  /** Sorts the keys of a reader. The requests that one of live data depends on become urgent. */
  readonly partition: (ids: readonly string[], reader: Pick<CallContext, 'priority' | 'waitsForFresh'>) => Partition;
  /** Starts a fetch, which lasts as long as it has a waiter. `run` returns an outcome for every key. */
  readonly start: (
    ids: readonly string[],
    createAbortError: () => VendorError,
    run: RunFetch,
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
    has: (id) => entries.has(id),
    partition: (ids, reader) => partition(entries, ids, reader),
    start: (ids, createAbortError, run) => register(entries, ids, createFetch(createAbortError), run),
    startRevalidation(ids, createAbortError, serveStale, run) {
      const sharedFetch = createFetch(createAbortError);
      sharedFetch.continueInBackground(ids, serveStale);
      register(entries, ids, sharedFetch, run);
    },
  };
}

function partition(
  entries: ReadonlyMap<string, InFlightEntry>,
  ids: readonly string[],
  { priority = 'live', waitsForFresh = false }: Pick<CallContext, 'priority' | 'waitsForFresh'>,
): Partition {
  const revalidating = new Map<string, ReadOutcome>();
  const inFlight = new Map<string, InFlightEntry>();
  const rest: string[] = [];
  for (const id of ids) {
    const entry = entries.get(id);
    if (priority === 'live') entry?.sharedFetch.raise(id);
    const served = entry && staleFor(entry, id, waitsForFresh);
    if (served) revalidating.set(id, served);
    else if (entry) inFlight.set(id, entry);
    else rest.push(id);
  }
  return { revalidating, inFlight, rest };
}

/** What is served because the vendor fails has no fresh value that a reader could wait for. */
function staleFor({ sharedFetch }: InFlightEntry, id: string, waitsForFresh: boolean): ReadOutcome | undefined {
  const served = sharedFetch.serveStale(id);
  return served && waitsForFresh && !isStale(served) ? undefined : served;
}

/** Runs a fetch and keeps its keys among the entries until it is done or aborted. */
function register(
  entries: Map<string, InFlightEntry>,
  ids: readonly string[],
  sharedFetch: SharedFetch,
  run: RunFetch,
): ReadonlyMap<string, InFlightEntry> {
  const remove = (): void => {
    for (const id of ids) if (entries.get(id)?.sharedFetch === sharedFetch) entries.delete(id);
  };
  // Removed on abort: a reader that arrives after the last waiter left must start a new fetch, not inherit the cancellation.
  sharedFetch.signal.addEventListener('abort', remove);
  const early = new Map(ids.map((id) => [id, Promise.withResolvers<ReadOutcome>()]));
  const settleKey = (id: string, outcome: ReadOutcome): void => {
    early.get(id)?.resolve(outcome);
    if (entries.get(id)?.sharedFetch === sharedFetch) entries.delete(id);
  };
  const outcomes = run({ ...sharedFetch, settleKey }).finally(() => {
    sharedFetch.settle();
    remove();
  });
  const started = new Map(
    [...early].map(([id, { promise }]): [string, InFlightEntry] => {
      const outcome = Promise.race([promise, outcomes.then((settled) => requireOutcome(settled, id))]);
      // Waiters receive the failure. Without a waiter it must not end the process as an unhandled rejection.
      outcome.catch(() => undefined);
      return [id, { sharedFetch, outcome }];
    }),
  );
  for (const [id, entry] of started) entries.set(id, entry);
  return started;
}

function requireOutcome(outcomes: ReadonlyMap<string, ReadOutcome>, id: string): ReadOutcome {
  const outcome = outcomes.get(id);
  if (outcome === undefined) throw new Error('a fetch returned no outcome for one of its keys');
  return outcome;
}

/** A reader that waits for fetches. */
export interface Waiter {
  readonly signal: AbortSignal;
  readonly waitsForFresh?: boolean | undefined;
  /** The monotonic time in milliseconds until which it waits for requests that have not been sent. */
  readonly waitUntilMs?: number | undefined;
  readonly clock: Clock;
  readonly addAbortListener: AddAbortListener;
}

/**
 * Waits for fetches as one of their waiters. Returns an outcome for every key, or for those that are known when the signal is
 * aborted.
 */
export async function waitFor(
  entries: ReadonlyMap<string, InFlightEntry>,
  { signal, waitsForFresh = false, waitUntilMs = Infinity, clock, addAbortListener }: Waiter,
): Promise<ReadonlyMap<string, ReadOutcome>> {
  const sharedFetches = new Set([...entries.values()].map(({ sharedFetch }) => sharedFetch));
  const releases = [...sharedFetches].map((sharedFetch) => sharedFetch.join(signal, waitUntilMs));
  const { promise: aborted, resolve: abort } = Promise.withResolvers<undefined>();
  const removeListener = addAbortListener(signal, () => {
    abort(undefined);
  });
  const deadline = createDeadline(clock, waitUntilMs);
  const known = new Map<string, ReadOutcome>();
  try {
    const outcomes = [...entries].map(async ([id, entry]) => {
      known.set(id, await firstOutcome(id, entry, waitsForFresh, deadline.passed));
    });
    await Promise.race([Promise.all(outcomes), aborted]);
    return new Map(known);
  } finally {
    for (const release of [...releases, removeListener, deadline.cancel]) release();
  }
}

/** The outcome of a key, or what its reader receives before because the fetch takes long. */
function firstOutcome(
  id: string,
  entry: InFlightEntry,
  waitsForFresh: boolean,
  deadlinePassed: () => Promise<void>,
): Promise<ReadOutcome> {
  const { outcome, sharedFetch } = entry;
  const early = sharedFetch
    .delayed(id)
    .then(() => staleFor(entry, id, waitsForFresh) ?? deadlinePassed().then(() => sharedFetch.giveUp(id) ?? outcome));
  return Promise.race([outcome, early]);
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
