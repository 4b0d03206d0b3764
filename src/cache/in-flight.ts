import type { Clock } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { AddAbortListener } from '../http/abort.ts';
import type { ReadOutcome } from './freshness.ts';

/** How long a background fetch waits for the rate limit after its key was last read. */
const BACKGROUND_WAIT_MS = 2 * MINUTE;

/** A key that is being fetched in this process. */
export interface InFlightEntry {
  readonly outcome: Promise<ReadOutcome>;
  readonly sharedFetch: SharedFetch;
}

/** Returns what a reader of a key receives immediately while the key is being fetched; undefined where the reader waits. */
export type ServeStale = (id: string) => ReadOutcome | undefined;

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
    partition: (ids) => partition(entries, ids),
    start: (ids, createAbortError, run) => register(entries, ids, createFetch(createAbortError), run),
    startRevalidation(ids, createAbortError, serveStale, run) {
      const sharedFetch = createFetch(createAbortError);
      sharedFetch.continueInBackground(ids, serveStale);
      register(entries, ids, sharedFetch, run);
    },
  };
}

function partition(entries: ReadonlyMap<string, InFlightEntry>, ids: readonly string[]): Partition {
  const revalidating = new Map<string, ReadOutcome>();
  const inFlight = new Map<string, InFlightEntry>();
  const rest: string[] = [];
  for (const id of ids) {
    const entry = entries.get(id);
    const served = entry?.sharedFetch.serveStale(id);
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

/** Waits for fetches as one of their waiters. Rejects with the signal's reason if the caller aborts first. */
export async function waitFor(
  entries: ReadonlyMap<string, InFlightEntry>,
  signal: AbortSignal,
  addAbortListener: AddAbortListener,
  waitUntilMs = Infinity,
): Promise<ReadonlyMap<string, ReadOutcome>> {
  const sharedFetches = new Set([...entries.values()].map(({ sharedFetch }) => sharedFetch));
  const releases = [...sharedFetches].map((sharedFetch) => sharedFetch.join(signal, waitUntilMs));
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const removeListener = addAbortListener(signal, () => {
    reject(signal.reason as Error);
  });
  try {
    const outcomes = [...entries].map(async ([id, { outcome, sharedFetch }]) => {
      const served = sharedFetch.inBackground(id).then(() => sharedFetch.serveStale(id) ?? outcome);
      return [id, await Promise.race([outcome, served])] as const;
    });
    return new Map(await Promise.race([Promise.all(outcomes), aborted]));
  } finally {
    for (const release of [...releases, removeListener]) release();
  }
}

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
  /** Passes one key's outcome to its waiters before the fetch is done. The key is then no longer in flight. */
  readonly settleKey: (id: string, outcome: ReadOutcome) => void;
}

/** A fetch that belongs to its waiters together: it lasts as long as it has at least one. */
export interface SharedFetch extends Omit<FetchControl, 'settleKey'> {
  /** Adds a waiter, until the returned function is called or the waiter's signal is aborted. */
  readonly join: (waiter: AbortSignal, waitUntilMs: number) => () => void;
  readonly serveStale: ServeStale;
  /** Resolves when the fetch of a key continues in the background. */
  readonly inBackground: (id: string) => Promise<void>;
  /** Marks the fetch as done: waiters that leave no longer abort it. */
  readonly settle: () => void;
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

/** The keys of a fetch that are fetched in the background, with what their readers receive meanwhile. */
function createBackgroundKeys() {
  const serving = new Map<string, ServeStale>();
  const starts = new Map<string, PromiseWithResolvers<undefined>>();
  const startOf = (id: string): PromiseWithResolvers<undefined> => {
    const start = starts.get(id) ?? Promise.withResolvers<undefined>();
    starts.set(id, start);
    return start;
  };
  return {
    has: (id: string) => serving.has(id),
    serveStale: (id: string) => serving.get(id)?.(id),
    started: (id: string) => startOf(id).promise,
    start(id: string, serveStale: ServeStale): void {
      serving.set(id, serveStale);
      startOf(id).resolve(undefined);
    },
  };
}

function createSharedFetch(
  createAbortError: () => VendorError,
  addAbortListener: AddAbortListener,
  clock: Clock,
  shutdownSignal: AbortSignal,
): SharedFetch {
  const controller = new AbortController();
  const background = createBackgroundKeys();
  let backgroundUntilMs = -Infinity;
  const extendBackground = (): void => {
    backgroundUntilMs = clock.monotonicMs() + BACKGROUND_WAIT_MS;
  };
  let leaveBackground: (() => void) | undefined;
  let settled = false;
  const waiters = createWaiters(addAbortListener, () => {
    if (!settled) controller.abort(createAbortError());
  });
  return {
    signal: controller.signal,
    join: (waiter, waitUntilMs) => waiters.join(waiter, waitUntilMs),
    waitUntilMs: (ids) => Math.max(waiters.waitUntilMs(), ids.some(background.has) ? backgroundUntilMs : -Infinity),
    inBackground: background.started,
    continueInBackground(ids, serveStale) {
      leaveBackground ??= waiters.join(shutdownSignal, -Infinity);
      extendBackground();
      for (const id of ids) background.start(id, serveStale);
    },
    serveStale(id) {
      const outcome = background.serveStale(id);
      if (outcome) extendBackground();
      return outcome;
    },
    settle() {
      settled = true;
      leaveBackground?.();
    },
  };
}
