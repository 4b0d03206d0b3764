import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import { HttpError } from './http-error.ts';
import type { ProcessGauges, ShedReason } from './ports.ts';

/** Minimum interval between samples of the event-loop delay. Each sample covers the time since the previous one. */
const SAMPLE_INTERVAL_MS = SECOND;
/** Above this delay every response of the process is late. */
const MAX_EVENT_LOOP_DELAY_MS = 200;
const MAX_LATE_SAMPLES = 3;
/** Above this ratio most CPU time goes to garbage collection. */
const MAX_HEAP_RATIO = 0.9;
/** Share of the in-flight slots reserved for callers without a query in flight. */
const RESERVED_RATIO = 0.1;

export interface LoadShedderOptions {
  readonly maxInFlight: number;
  readonly gauges: ProcessGauges;
  readonly clock: Clock;
  readonly onShed: (reason: ShedReason) => void;
}

/**
 * Rejects new requests immediately while the process is overloaded, so that those in flight finish in time. With
 * authentication, the last slots are reserved for callers without a query in flight, so one caller cannot take them all.
 * Call the result when a request starts; it returns the function to call when the request ends.
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

  /** Runs on arrival of a request instead of on a timer: without requests there is nothing to shed. */
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
      throw new HttpError(503, 'OVERLOADED', 'The gateway is overloaded; retry later.', {
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
