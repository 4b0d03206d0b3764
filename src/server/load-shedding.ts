import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import { HttpError } from './http-error.ts';
import type { ProcessGauges, ShedReason } from './ports.ts';

/** How often the event loop’s delay is read at most: each time it is that since the last. */
const SAMPLE_INTERVAL_MS = SECOND;
/** Beyond this the process answers everybody late. */
const MAX_EVENT_LOOP_DELAY_MS = 200;
const MAX_LATE_SAMPLES = 3;
/** Beyond this the garbage collector does little else. */
const MAX_HEAP_RATIO = 0.9;
/** The share of the places that is kept for callers who have no query under way. */
const RESERVED_RATIO = 0.1;

export interface LoadShedderOptions {
  readonly maxInFlight: number;
  readonly gauges: ProcessGauges;
  readonly clock: Clock;
  readonly onShed: (reason: ShedReason) => void;
}

/**
 * Refuses requests at once while the process has more to do than it can: those it has begun are answered, instead of all being
 * late. Where callers can be told apart, the last places are not for who has some already, so that nobody takes them all.
 * Call it when a request begins, and its result when that is answered.
 */
export function createLoadShedder({
  maxInFlight,
  gauges,
  clock,
  onShed,
}: LoadShedderOptions): (caller: Caller) => () => void {
  const reserved = Math.floor(maxInFlight * RESERVED_RATIO);
  const inFlightByCaller = new Map<string, number>();
  let inFlight = 0;
  let sampledAt = clock.monotonicMs();
  let consecutiveLateSamples = 0;

  /** When somebody comes: nobody is refused while nobody does. */
  function sample(): void {
    if (clock.monotonicMs() - sampledAt < SAMPLE_INTERVAL_MS) return;
    sampledAt = clock.monotonicMs();
    consecutiveLateSamples = gauges.eventLoopDelayMs() > MAX_EVENT_LOOP_DELAY_MS ? consecutiveLateSamples + 1 : 0;
  }

  function capacityFor(caller: Caller): number {
    return caller !== anonymousCaller && inFlightByCaller.has(caller.name) ? maxInFlight - reserved : maxInFlight;
  }

  function findShedReason(caller: Caller): ShedReason | null {
    if (inFlight >= capacityFor(caller)) return 'in_flight';
    if (consecutiveLateSamples >= MAX_LATE_SAMPLES) return 'event_loop';
    return gauges.heapUsedRatio() > MAX_HEAP_RATIO ? 'heap' : null;
  }

  return (caller) => {
    sample();
    const shedReason = findShedReason(caller);
    if (shedReason !== null) {
      onShed(shedReason);
      throw new HttpError(503, 'OVERLOADED', 'The gateway has more to do than it can', {
        headers: { 'retry-after': '1' },
      });
    }
    inFlight += 1;
    inFlightByCaller.set(caller.name, (inFlightByCaller.get(caller.name) ?? 0) + 1);
    return () => {
      inFlight -= 1;
      const remaining = (inFlightByCaller.get(caller.name) ?? 0) - 1;
      if (remaining > 0) inFlightByCaller.set(caller.name, remaining);
      else inFlightByCaller.delete(caller.name);
    };
  };
}
