import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { ShedReason } from '../observability/labels.ts';
import type { Gauges } from '../observability/process-gauges.ts';
import { Refusal } from './refusal.ts';

/** How often the event loop’s delay is read at most: each time it is that since the last. */
const SAMPLE_EVERY = SECOND;
/** Beyond this the process answers everybody late. */
const LONGEST_DELAY_MS = 200;
const SAMPLES_IN_A_ROW = 3;
/** Beyond this the garbage collector does little else. */
const FULLEST_HEAP = 0.9;

export interface SheddingOptions {
  readonly maxInFlight: number;
  readonly gauges: Gauges;
  readonly clock: Clock;
  readonly onShed: (reason: ShedReason) => void;
}

/**
 * Refuses requests at once while the process has more to do than it can: those it has begun are answered, instead of all being
 * late. Call it when a request begins, and its result when that is answered.
 */
export function createShedding({ maxInFlight, gauges, clock, onShed }: SheddingOptions): () => () => void {
  let inFlight = 0;
  let sampledAt = clock.elapsed();
  let lateInARow = 0;

  /** When somebody comes: nobody is refused while nobody does. */
  function sample(): void {
    if (clock.elapsed() - sampledAt < SAMPLE_EVERY) return;
    sampledAt = clock.elapsed();
    lateInARow = gauges.eventLoopDelayMs() > LONGEST_DELAY_MS ? lateInARow + 1 : 0;
  }

  function reason(): ShedReason | null {
    if (inFlight >= maxInFlight) return 'in_flight';
    if (lateInARow >= SAMPLES_IN_A_ROW) return 'event_loop';
    return gauges.heapShare() > FULLEST_HEAP ? 'heap' : null;
  }

  return () => {
    sample();
    const why = reason();
    if (why !== null) {
      onShed(why);
      throw new Refusal(503, 'OVERLOADED', 'The gateway has more to do than it can', {
        headers: { 'retry-after': '1' },
      });
    }
    inFlight += 1;
    return () => {
      inFlight -= 1;
    };
  };
}
