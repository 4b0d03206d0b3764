import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { ShedReason } from '../observability/labels.ts';
import type { Gauges } from '../observability/process-gauges.ts';
import { anybody, type Caller } from '../request/caller.ts';
import { Refusal } from './refusal.ts';

/** How often the event loop’s delay is read at most: each time it is that since the last. */
const SAMPLE_EVERY = SECOND;
/** Beyond this the process answers everybody late. */
const LONGEST_DELAY_MS = 200;
const SAMPLES_IN_A_ROW = 3;
/** Beyond this the garbage collector does little else. */
const FULLEST_HEAP = 0.9;
/** The share of the places that is kept for callers who have no query under way. */
const KEPT = 0.1;

export interface SheddingOptions {
  readonly maxInFlight: number;
  readonly gauges: Gauges;
  readonly clock: Clock;
  readonly onShed: (reason: ShedReason) => void;
}

/**
 * Refuses requests at once while the process has more to do than it can: those it has begun are answered, instead of all being
 * late. Where callers can be told apart, the last places are not for who has some already, so that nobody takes them all.
 * Call it when a request begins, and its result when that is answered.
 */
export function createShedding({
  maxInFlight,
  gauges,
  clock,
  onShed,
}: SheddingOptions): (caller: Caller) => () => void {
  const kept = Math.floor(maxInFlight * KEPT);
  const running = new Map<string, number>();
  let inFlight = 0;
  let sampledAt = clock.elapsed();
  let lateInARow = 0;

  /** When somebody comes: nobody is refused while nobody does. */
  function sample(): void {
    if (clock.elapsed() - sampledAt < SAMPLE_EVERY) return;
    sampledAt = clock.elapsed();
    lateInARow = gauges.eventLoopDelayMs() > LONGEST_DELAY_MS ? lateInARow + 1 : 0;
  }

  function placesFor(caller: Caller): number {
    return caller !== anybody && running.has(caller.name) ? maxInFlight - kept : maxInFlight;
  }

  function reason(caller: Caller): ShedReason | null {
    if (inFlight >= placesFor(caller)) return 'in_flight';
    if (lateInARow >= SAMPLES_IN_A_ROW) return 'event_loop';
    return gauges.heapShare() > FULLEST_HEAP ? 'heap' : null;
  }

  return (caller) => {
    sample();
    const why = reason(caller);
    if (why !== null) {
      onShed(why);
      throw new Refusal(503, 'OVERLOADED', 'The gateway has more to do than it can', {
        headers: { 'retry-after': '1' },
      });
    }
    inFlight += 1;
    running.set(caller.name, (running.get(caller.name) ?? 0) + 1);
    return () => {
      inFlight -= 1;
      const left = (running.get(caller.name) ?? 0) - 1;
      if (left > 0) running.set(caller.name, left);
      else running.delete(caller.name);
    };
  };
}
