import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import { HttpError } from './http-error.ts';
import type { ProcessGauges, ShedReason } from './ports.ts';
import { createStartQueue, type StartQueue } from './start-queue.ts';

/** The part of a request's time that it may wait for its start: the rest is for its vendors. */
const MAX_WAIT_RATIO = 0.1;
/** Above this ratio most CPU time goes to garbage collection. */
const MAX_HEAP_RATIO = 0.9;
/** Share of the in-flight slots reserved for callers without a query in flight. */
const RESERVED_RATIO = 0.1;
/** A refusal waits: clients that return at once after each would take the time of the queries that are answered. */
const MIN_REFUSAL_DELAY_MS = 10;
const MAX_REFUSAL_DELAY_MS = 100;
/** The more refusals wait, the longer each does: up to the longest delay, as many are sent in a millisecond, whatever the number of clients. */
const REFUSALS_PER_MS = 2;
/** Beyond this number of waiting refusals, further ones are sent at once. */
const MAX_DELAYED_REFUSALS = 1000;

export interface LoadShedderOptions {
  readonly limits: Pick<Limits, 'maxInFlight' | 'requestTimeoutMs'>;
  readonly gauges: ProcessGauges;
  readonly clock: Clock;
  readonly onShed: (reason: ShedReason) => void;
}

/** The queries in flight. Load shedders with other limits may share it. */
export interface SlotUsage {
  readonly queue: StartQueue;
  readonly inFlightByCaller: Map<string, number>;
  inFlight: number;
  delayedRefusals: number;
}

export function createSlotUsage(clock: Clock): SlotUsage {
  return { queue: createStartQueue(clock), inFlightByCaller: new Map(), inFlight: 0, delayedRefusals: 0 };
}

/** The place of a query among those in flight. */
export interface Slot {
  /** Call it when the query has been executed, although its response may not be out: others may start in the same turn then. */
  readonly executed: () => void;
  /** Call it when nothing of the query is in memory any more. */
  readonly release: () => void;
}

/**
 * Waits until a query may start. Rejects with an `HttpError` (503) where the process is overloaded, or where the query's clients
 * disconnect before.
 */
export type AcquireSlot = (caller: Caller, disconnected: AbortSignal) => Promise<Slot>;

/**
 * Refuses queries on arrival that would wait too long for their start, so that those before them are answered in time. With
 * authentication, the last slots are reserved for callers without a query in flight, so one caller cannot take them all.
 */
export function createLoadShedder(
  { limits, gauges, clock, onShed }: LoadShedderOptions,
  usage = createSlotUsage(clock),
): AcquireSlot {
  const { maxInFlight, requestTimeoutMs } = limits;
  const reserved = Math.floor(maxInFlight * RESERVED_RATIO);
  const { queue, inFlightByCaller } = usage;

  function capacityFor(caller: Caller): number {
    return caller !== anonymousCaller && inFlightByCaller.has(caller.name) ? maxInFlight - reserved : maxInFlight;
  }

  function findShedReason(caller: Caller): ShedReason | null {
    if (usage.inFlight >= capacityFor(caller)) return 'in_flight';
    if (queue.expectedWaitMs(caller.name) > requestTimeoutMs * MAX_WAIT_RATIO) return 'queue_wait';
    return gauges.heapUsedRatio() > MAX_HEAP_RATIO ? 'heap' : null;
  }

  async function delayRefusal(): Promise<void> {
    if (usage.delayedRefusals >= MAX_DELAYED_REFUSALS) return;
    const delayMs = Math.max(MIN_REFUSAL_DELAY_MS, usage.delayedRefusals / REFUSALS_PER_MS);
    usage.delayedRefusals += 1;
    await new Promise<void>((resolve) => {
      clock.setTimer(Math.min(delayMs, MAX_REFUSAL_DELAY_MS), resolve);
    });
    usage.delayedRefusals -= 1;
  }

  function release(caller: Caller): void {
    usage.inFlight -= 1;
    const remaining = (inFlightByCaller.get(caller.name) ?? 0) - 1;
    if (remaining > 0) inFlightByCaller.set(caller.name, remaining);
    else inFlightByCaller.delete(caller.name);
  }

  return async (caller, disconnected) => {
    const shedReason = findShedReason(caller);
    if (shedReason !== null) {
      onShed(shedReason);
      await delayRefusal();
      throw overloadedError();
    }
    usage.inFlight += 1;
    inFlightByCaller.set(caller.name, (inFlightByCaller.get(caller.name) ?? 0) + 1);
    const executed = await queue.waitForTurn(caller.name, disconnected);
    if (!executed) {
      release(caller);
      throw overloadedError();
    }
    return {
      executed,
      release: () => {
        executed();
        release(caller);
      },
    };
  };
}

function overloadedError(): HttpError {
  return new HttpError(503, 'OVERLOADED', 'The gateway is overloaded; retry later.', {
    headers: { 'retry-after': '1' },
  });
}
