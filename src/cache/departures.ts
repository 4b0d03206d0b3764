import type { Clock, Instant } from '../domain/clock.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { createFlight, type Flight } from './flight.ts';
import type { OnAbort } from './on-abort.ts';
import type { Outcome } from './shelf.ts';

/** A key under way. */
export interface Pending {
  readonly outcome: Promise<Outcome>;
  readonly flight: Flight;
  readonly meanwhile?: Meanwhile;
}

/** What is told without waiting while keys are fetched anew, and until when. */
export interface Meanwhile {
  readonly served: ReadonlyMap<string, Outcome>;
  readonly until: Instant;
}

type Run = (signal: AbortSignal) => Promise<ReadonlyMap<string, Outcome>>;

/** Which keys are under way in this process. Every function takes effect before it returns. */
export interface Departures {
  /** Keys that can be told at once, keys that can be waited for, and the others. */
  readonly sort: (ids: readonly string[]) => {
    readonly atOnce: ReadonlyMap<string, Outcome>;
    readonly joined: ReadonlyMap<string, Pending>;
    readonly others: readonly string[];
  };
  /** Puts keys under way, for as long as anybody waits; `run` answers for all of them. */
  readonly begin: (ids: readonly string[], abandoned: () => VendorError, run: Run) => ReadonlyMap<string, Pending>;
  /** The same for nobody: it goes on until it is done, or until all ends. */
  readonly beginUnasked: (
    ids: readonly string[],
    abandoned: () => VendorError,
    closing: AbortSignal,
    meanwhile: Meanwhile,
    run: Run,
  ) => void;
}

export function createDepartures(clock: Clock, onAbort: OnAbort): Departures {
  const pending = new Map<string, Pending>();

  function depart(ids: readonly string[], flight: Flight, run: Run, meanwhile?: Meanwhile) {
    const forget = (): void => {
      for (const id of ids) if (pending.get(id)?.flight === flight) pending.delete(id);
    };
    // Whoever comes after the last one has gone must not be told that the call was cancelled: it was not theirs.
    flight.signal.addEventListener('abort', forget);
    const outcomes = run(flight.signal).finally(() => {
      flight.land();
      forget();
    });
    const begun = new Map(
      ids.map((id): [string, Pending] => {
        const outcome = outcomes.then((all) => outcomeOf(all, id));
        // Whoever waits hears of a failure; without anybody left it must not bring the process down.
        outcome.catch(() => undefined);
        return [id, { flight, outcome, ...(meanwhile && { meanwhile }) }];
      }),
    );
    for (const [id, one] of begun) pending.set(id, one);
    return { begun, done: outcomes };
  }

  return {
    sort(ids) {
      const atOnce = new Map<string, Outcome>();
      const joined = new Map<string, Pending>();
      const others: string[] = [];
      const now = clock.now();
      for (const id of ids) {
        const underWay = pending.get(id);
        const served = underWay?.meanwhile && now < underWay.meanwhile.until && underWay.meanwhile.served.get(id);
        if (served) atOnce.set(id, served);
        else if (underWay) joined.set(id, underWay);
        else others.push(id);
      }
      return { atOnce, joined, others };
    },

    begin: (ids, abandoned, run) => depart(ids, createFlight(abandoned, onAbort), run).begun,

    beginUnasked(ids, abandoned, closing, meanwhile, run) {
      const flight = createFlight(abandoned, onAbort);
      const leave = flight.join(closing);
      depart(ids, flight, run, meanwhile).done.then(leave, leave);
    },
  };
}

function outcomeOf(all: ReadonlyMap<string, Outcome>, id: string): Outcome {
  const outcome = all.get(id);
  if (outcome === undefined) throw new Error('a key that was asked for has no answer');
  return outcome;
}
