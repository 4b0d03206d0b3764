import type { Clock, Instant } from '../domain/clock.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { AddAbortListener } from '../http/abort.ts';
import type { ReadOutcome } from './freshness.ts';

/** A key that is being fetched in this process. */
export interface InFlightEntry {
  readonly outcome: Promise<ReadOutcome>;
  readonly sharedFetch: SharedFetch;
  readonly staleWindow?: StaleWindow;
}

/** The stale values that readers receive immediately while the keys are revalidated, and until when they may. */
export interface StaleWindow {
  readonly served: ReadonlyMap<string, ReadOutcome>;
  readonly endsAt: Instant;
}

/** The keys of one read, by how this process can answer them. */
export interface Partition {
  /** Being revalidated, within the stale window: the stale value can be served immediately. */
  readonly revalidating: ReadonlyMap<string, ReadOutcome>;
  /** Being fetched: the reader can join. */
  readonly inFlight: ReadonlyMap<string, InFlightEntry>;
  readonly rest: readonly string[];
}

type RunFetch = (signal: AbortSignal) => Promise<ReadonlyMap<string, ReadOutcome>>;

/** The keys in flight in this process. Every function takes effect before it returns. */
export interface InFlightRegistry {
  readonly partition: (ids: readonly string[]) => Partition;
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
    shutdownSignal: AbortSignal,
    staleWindow: StaleWindow,
    run: RunFetch,
  ) => void;
}

export function createInFlightRegistry(clock: Clock, addAbortListener: AddAbortListener): InFlightRegistry {
  const entries = new Map<string, InFlightEntry>();
  return {
    partition: (ids) => partition(entries, ids, clock.now()),
    start: (ids, createAbortError, run) =>
      register(entries, ids, createSharedFetch(createAbortError, addAbortListener), run).started,
    startRevalidation(ids, createAbortError, shutdownSignal, staleWindow, run) {
      const sharedFetch = createSharedFetch(createAbortError, addAbortListener);
      const release = sharedFetch.join(shutdownSignal);
      register(entries, ids, sharedFetch, run, staleWindow).outcomes.then(release, release);
    },
  };
}

function partition(entries: ReadonlyMap<string, InFlightEntry>, ids: readonly string[], now: Instant): Partition {
  const revalidating = new Map<string, ReadOutcome>();
  const inFlight = new Map<string, InFlightEntry>();
  const rest: string[] = [];
  for (const id of ids) {
    const entry = entries.get(id);
    const served = entry?.staleWindow && now < entry.staleWindow.endsAt && entry.staleWindow.served.get(id);
    if (served) revalidating.set(id, served);
    else if (entry) inFlight.set(id, entry);
    else rest.push(id);
  }
  return { revalidating, inFlight, rest };
}

/** Runs a fetch and keeps its keys among the entries until it is done or aborted. */
function register(
  entries: Map<string, InFlightEntry>,
  ids: readonly string[],
  sharedFetch: SharedFetch,
  run: RunFetch,
  staleWindow?: StaleWindow,
) {
  const remove = (): void => {
    for (const id of ids) if (entries.get(id)?.sharedFetch === sharedFetch) entries.delete(id);
  };
  // Removed on abort: a reader that arrives after the last waiter left must start a new fetch, not inherit the cancellation.
  sharedFetch.signal.addEventListener('abort', remove);
  const outcomes = run(sharedFetch.signal).finally(() => {
    sharedFetch.settle();
    remove();
  });
  const started = new Map(
    ids.map((id): [string, InFlightEntry] => {
      const outcome = outcomes.then((settled) => requireOutcome(settled, id));
      // Waiters receive the failure. Without a waiter it must not end the process as an unhandled rejection.
      outcome.catch(() => undefined);
      return [id, { sharedFetch, outcome, ...(staleWindow && { staleWindow }) }];
    }),
  );
  for (const [id, entry] of started) entries.set(id, entry);
  return { started, outcomes };
}

function requireOutcome(outcomes: ReadonlyMap<string, ReadOutcome>, id: string): ReadOutcome {
  const outcome = outcomes.get(id);
  if (outcome === undefined) throw new Error('a fetch returned no outcome for one of its keys');
  return outcome;
}

/** Waits for fetches as one of their waiters. Rejects with the signal's reason if the caller aborts first. */
export async function waitFor(
  entries: ReadonlyMap<string, InFlightEntry>,
  signal: AbortSignal,
  addAbortListener: AddAbortListener,
): Promise<ReadonlyMap<string, ReadOutcome>> {
  const sharedFetches = new Set([...entries.values()].map(({ sharedFetch }) => sharedFetch));
  const releases = [...sharedFetches].map((sharedFetch) => sharedFetch.join(signal));
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const removeListener = addAbortListener(signal, () => {
    reject(signal.reason as Error);
  });
  try {
    const outcomes = [...entries].map(async ([id, { outcome }]) => [id, await outcome] as const);
    return new Map(await Promise.race([Promise.all(outcomes), aborted]));
  } finally {
    for (const release of [...releases, removeListener]) release();
  }
}

/** A fetch that belongs to its waiters together: it lasts as long as it has at least one. */
export interface SharedFetch {
  /** Aborted when the last waiter leaves before the fetch is done. */
  readonly signal: AbortSignal;
  /** Adds a waiter, until the returned function is called or the waiter's signal is aborted. */
  readonly join: (waiter: AbortSignal) => () => void;
  /** Marks the fetch as done: waiters that leave no longer abort it. */
  readonly settle: () => void;
}

function createSharedFetch(createAbortError: () => VendorError, addAbortListener: AddAbortListener): SharedFetch {
  const controller = new AbortController();
  let waiters = 0;
  let settled = false;
  return {
    signal: controller.signal,
    join(waiter) {
      waiters += 1;
      let released = false;
      const release = (): void => {
        if (released) return;
        released = true;
        waiters -= 1;
        if (waiters === 0 && !settled) controller.abort(createAbortError());
      };
      const removeListener = addAbortListener(waiter, release);
      return () => {
        removeListener();
        release();
      };
    },
    settle() {
      settled = true;
    },
  };
}
