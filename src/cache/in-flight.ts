import type { Clock } from '../domain/clock.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { AddAbortListener } from '../http/abort.ts';
import type { CacheConditions, CallContext } from '../http/types.ts';
import { isAsStrict } from './fetch-request.ts';
import type { ReadOutcome } from './freshness.ts';
import { KeyInFlight } from './key-in-flight.ts';
import { type FetchControl, type ServeStale, SharedFetch } from './shared-fetch.ts';

/** The keys of one read, by how this process can answer them. */
export interface Partition {
  /** Being fetched in the background: the stale value can be served immediately. */
  readonly revalidating: ReadonlyMap<string, ReadOutcome>;
  /** Being fetched: the reader can join. */
  readonly inFlight: ReadonlyMap<string, KeyInFlight>;
  readonly rest: readonly string[];
}

type Reader = Pick<CallContext, 'priority' | 'isBackground' | 'waitsForFresh' | 'accepts'>;

/** Fetches keys; `fetch` is what the readers of all of them share. */
export type RunFetch = (fetch: FetchControl) => Promise<ReadonlyMap<string, ReadOutcome>>;

/** A fetch of keys. */
export interface FetchStart {
  readonly ids: readonly string[];
  /** Whether each key lasts as long as it has a waiter of its own; else all of them as long as one does. */
  readonly isEach: boolean;
  readonly createAbortError: () => VendorError;
  /** Returns an outcome for every key, unless it has failed the key by itself. */
  readonly run: RunFetch;
  /** The conditions of its reader. */
  readonly accepts?: CacheConditions | undefined;
}

/** The keys in flight in this process. Every function takes effect before it returns. */
export interface InFlightRegistry {
  /** Whether the key is being fetched, but for a fetch that renews what readers without conditions may still have. */
  readonly has: (id: string) => boolean;
  /** Later readers of the keys that match do not join what is being fetched; those that wait for it still get it. */
  readonly detach: (matches: (id: string) => boolean) => void;
  /** Sorts the keys of a reader. The requests that one of live data depends on become urgent. */
  readonly partition: (ids: readonly string[], reader: Reader, isCached: (id: string) => boolean) => Partition;
  /** Starts a fetch, which lasts as long as it has a waiter. */
  readonly start: (fetch: FetchStart) => ReadonlyMap<string, KeyInFlight>;
  /** Starts a background fetch, which lasts until it is done or the process shuts down. */
  readonly startRevalidation: (fetch: FetchStart, serveStale: ServeStale) => void;
}

type Entries = Map<string, KeyInFlight>;

interface Surroundings {
  readonly clock: Clock;
  readonly addAbortListener: AddAbortListener;
  readonly shutdownSignal: AbortSignal;
}

export function createInFlightRegistry(
  clock: Clock,
  addAbortListener: AddAbortListener,
  shutdownSignal: AbortSignal,
): InFlightRegistry {
  const entries: Entries = new Map();
  const surroundings = { clock, addAbortListener, shutdownSignal };
  return {
    has(id) {
      const key = entries.get(id);
      return key !== undefined && !key.accepts;
    },
    detach(matches) {
      for (const id of [...entries.keys()].filter(matches)) entries.delete(id);
    },
    partition: (ids, reader, isCached) => partition(entries, ids, reader, isCached),
    start(fetch) {
      const registered = register(entries, surroundings, fetch);
      run(entries, registered, fetch.run);
      return registered.keys;
    },
    startRevalidation(fetch, serveStale) {
      const registered = register(entries, surroundings, fetch);
      registered.control.continueInBackground(fetch.ids, serveStale);
      run(entries, registered, fetch.run);
    },
  };
}

function partition(
  entries: ReadonlyMap<string, KeyInFlight>,
  ids: readonly string[],
  { priority = 'live', isBackground = false, waitsForFresh = false, accepts }: Reader,
  isCached: (id: string) => boolean,
): Partition {
  const revalidating = new Map<string, ReadOutcome>();
  const inFlight = new Map<string, KeyInFlight>();
  const rest: string[] = [];
  for (const id of ids) {
    const known = entries.get(id);
    const key = known && mayJoin(known, id, accepts, isCached) ? known : undefined;
    if (priority === 'live' && !isBackground) key?.raise();
    key?.extendBackground();
    const served = key?.serveStale(waitsForFresh);
    if (served) revalidating.set(id, served);
    else if (key) inFlight.set(id, key);
    else rest.push(id);
  }
  return { revalidating, inFlight, rest };
}

/** A reader without conditions takes what is cached rather than wait for its renewal; one with conditions, nothing that may be from the cache. */
function mayJoin(
  key: KeyInFlight,
  id: string,
  accepts: CacheConditions | undefined,
  isCached: (id: string) => boolean,
): boolean {
  if (!accepts) return !key.accepts || !isCached(id);
  const { notBeforeMs = -Infinity } = accepts;
  return key.startedAtMs >= notBeforeMs && (key.isAsked || isAsStrict(key.accepts, accepts));
}

interface RegisteredFetch {
  readonly keys: ReadonlyMap<string, KeyInFlight>;
  readonly control: FetchControl;
}

/** Adds the keys of a fetch to the entries, until they are settled or have no waiter. */
function register(entries: Entries, surroundings: Surroundings, fetch: FetchStart): RegisteredFetch {
  const { ids, isEach, createAbortError, accepts } = fetch;
  const startedAtMs = surroundings.clock.monotonicMs();
  const keys = new Map<string, KeyInFlight>();
  const createFetch = (onAbort: () => void) => new SharedFetch({ ...surroundings, createAbortError, onAbort });
  const whole = isEach && ids.length > 1 ? new AbortController() : null;
  let wanted = ids.length;
  // Removed on abort: a reader that arrives after the last waiter left must start a new fetch, not inherit the cancellation.
  const onAbort = (aborted: Iterable<KeyInFlight>): void => {
    for (const key of aborted) remove(entries, key);
    wanted -= 1;
    if (wanted === 0) whole?.abort(createAbortError());
  };
  const common = whole
    ? null
    : createFetch(() => {
        onAbort(keys.values());
      });
  for (const id of ids) {
    const own =
      common ??
      createFetch(() => {
        onAbort([key]);
      });
    const key = new KeyInFlight(id, own, startedAtMs, accepts);
    keys.set(id, key);
    // One that renews the key brings more than one that only reads what is cached.
    if (accepts || !entries.get(id)?.accepts) entries.set(id, key);
  }
  return { keys, control: createControl(entries, keys, whole?.signal) };
}

function remove(entries: Entries, key: KeyInFlight): void {
  if (entries.get(key.id) === key) entries.delete(key.id);
}

/** Runs a fetch. Every key is settled at its end; nothing changes for one that is settled before. */
function run(entries: Entries, { keys, control }: RegisteredFetch, runFetch: RunFetch): void {
  const end = (settle: (key: KeyInFlight) => void): void => {
    for (const key of keys.values()) {
      key.fetch.settle();
      remove(entries, key);
      settle(key);
    }
  };
  runFetch(control).then(
    (outcomes) => {
      end((key) => {
        const outcome = outcomes.get(key.id);
        if (outcome) key.settle(outcome);
        else key.fail(new Error('a fetch returned no outcome for one of its keys'));
      });
    },
    (error: unknown) => {
      end((key) => {
        key.fail(error instanceof Error ? error : new Error(String(error)));
      });
    },
  );
}

/** `whole` is the signal of keys that each have a fetch of their own; absent: they have one together. */
function createControl(entries: Entries, keys: RegisteredFetch['keys'], whole: AbortSignal | undefined): FetchControl {
  const of = (ids: readonly string[]) => findKeys(keys, ids);
  let unsettled = keys.size;
  const [first] = keys.values();
  if (!first) throw new TypeError('a fetch without keys');
  const signal = whole ?? first.fetch.signal;
  return {
    signal,
    signalOf: (ids) => (ids.length === 1 && whole ? (of(ids)[0]?.fetch.signal ?? whole) : signal),
    waitUntilMs: (ids) =>
      of(ids).reduce((latest, key) => Math.max(latest, key.fetch.waitUntilMs, key.backgroundUntilMs), -Infinity),
    continueInBackground(ids, serveStale) {
      for (const key of of(ids)) {
        key.fetch.continueInBackground();
        key.continueInBackground(serveStale);
      }
    },
    startWaiting(ids, giveUp, startsAfterMs) {
      for (const key of of(ids)) key.startWaiting(giveUp, startsAfterMs);
    },
    endWaiting(ids) {
      for (const key of of(ids)) key.endWaiting();
    },
    onUrgent: (ids, callback) => onUrgent(of(ids), callback),
    settleKey(id, outcome) {
      const key = keys.get(id);
      if (!key) return;
      if (!key.isSettled) unsettled -= 1;
      // With every key settled there is nothing left to abort for a waiter that has its outcomes and leaves.
      if (whole || unsettled === 0) key.fetch.settle();
      remove(entries, key);
      key.settle(outcome);
    },
  };
}

function findKeys(keys: RegisteredFetch['keys'], ids: readonly string[]): readonly KeyInFlight[] {
  const found: KeyInFlight[] = [];
  for (const id of ids) {
    const key = keys.get(id);
    if (key) found.push(key);
  }
  return found;
}

function onUrgent(keys: readonly KeyInFlight[], callback: () => void): () => void {
  let isDone = false;
  const listener = (): void => {
    if (isDone) return;
    isDone = true;
    callback();
  };
  if (keys.some(({ isUrgent }) => isUrgent)) listener();
  else for (const key of keys) key.onUrgent(listener);
  return () => {
    isDone = true;
  };
}
