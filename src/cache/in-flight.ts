import type { Clock, Instant } from '../domain/clock.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { createSharedFetch, type SharedFetch } from './shared-fetch.ts';
import type { AddAbortListener } from '../http/abort.ts';
import type { ReadOutcome } from './freshness.ts';

/** A key under way. */
export interface InFlightEntry {
  readonly outcome: Promise<ReadOutcome>;
  readonly sharedFetch: SharedFetch;
  readonly staleWindow?: StaleWindow;
}

/** What is told without waiting while keys are fetched anew, and until when. */
export interface StaleWindow {
  readonly served: ReadonlyMap<string, ReadOutcome>;
  readonly endsAt: Instant;
}

type RunFetch = (signal: AbortSignal) => Promise<ReadonlyMap<string, ReadOutcome>>;

/** Which keys are under way in this process. Every function takes effect before it returns. */
export interface InFlightRegistry {
  /** Keys that can be told at once, keys that can be waited for, and the others. */
  readonly partition: (ids: readonly string[]) => {
    readonly revalidating: ReadonlyMap<string, ReadOutcome>;
    readonly inFlight: ReadonlyMap<string, InFlightEntry>;
    readonly rest: readonly string[];
  };
  /** Puts keys under way, for as long as anybody waits; `run` answers for all of them. */
  readonly start: (
    ids: readonly string[],
    createAbortError: () => VendorError,
    run: RunFetch,
  ) => ReadonlyMap<string, InFlightEntry>;
  /** The same for nobody: it goes on until it is done, or until all ends. */
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

  function register(ids: readonly string[], sharedFetch: SharedFetch, run: RunFetch, staleWindow?: StaleWindow) {
    const remove = (): void => {
      for (const id of ids) if (entries.get(id)?.sharedFetch === sharedFetch) entries.delete(id);
    };
    // Whoever comes after the last one has gone must not be told that the call was cancelled: it was not theirs.
    sharedFetch.signal.addEventListener('abort', remove);
    const outcomes = run(sharedFetch.signal).finally(() => {
      sharedFetch.settle();
      remove();
    });
    const started = new Map(
      ids.map((id): [string, InFlightEntry] => {
        const outcome = outcomes.then((settled) => requireOutcome(settled, id));
        // Whoever waits hears of a failure; without anybody left it must not bring the process down.
        outcome.catch(() => undefined);
        return [id, { sharedFetch, outcome, ...(staleWindow && { staleWindow }) }];
      }),
    );
    for (const [id, entry] of started) entries.set(id, entry);
    return { started, done: outcomes };
  }

  return {
    partition(ids) {
      const revalidating = new Map<string, ReadOutcome>();
      const inFlight = new Map<string, InFlightEntry>();
      const rest: string[] = [];
      const now = clock.now();
      for (const id of ids) {
        const entry = entries.get(id);
        const served = entry?.staleWindow && now < entry.staleWindow.endsAt && entry.staleWindow.served.get(id);
        if (served) revalidating.set(id, served);
        else if (entry) inFlight.set(id, entry);
        else rest.push(id);
      }
      return { revalidating, inFlight, rest };
    },

    start: (ids, createAbortError, run) =>
      register(ids, createSharedFetch(createAbortError, addAbortListener), run).started,

    startRevalidation(ids, createAbortError, shutdownSignal, staleWindow, run) {
      const sharedFetch = createSharedFetch(createAbortError, addAbortListener);
      const release = sharedFetch.join(shutdownSignal);
      register(ids, sharedFetch, run, staleWindow).done.then(release, release);
    },
  };
}

function requireOutcome(outcomes: ReadonlyMap<string, ReadOutcome>, id: string): ReadOutcome {
  const outcome = outcomes.get(id);
  if (outcome === undefined) throw new Error('a key that was asked for has no answer');
  return outcome;
}
