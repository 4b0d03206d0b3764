import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import type { Random } from './backoff.ts';
import type { CircuitState } from './ports.ts';
import { createRollingCounter } from './rolling-counter.ts';

const CONSECUTIVE_FAILURE_THRESHOLD = 5;
const WINDOW_MS = MINUTE;
const MIN_CALLS = 10;
const FAILURE_RATE_THRESHOLD = 0.5;
const INITIAL_OPEN_MS = 10 * SECOND;
const MAX_OPEN_MS = MINUTE;
/** Jitter on each open time, as a fraction of it, so that circuits that opened together do not all probe at once. */
const JITTER_RATIO = 0.2;

/** What a call's result means for the endpoint's health; `ignored` where it means nothing. */
export type CallOutcome = 'success' | 'failure' | 'ignored';

/** Permission to make one call; call it with the outcome. */
export type Permit = (outcome: CallOutcome) => void;

/** Rejects calls to an endpoint that keeps failing: relieves the endpoint, and saves callers the wait. */
export interface CircuitBreaker {
  /** Time for which no call is admitted; 0 when one may be. */
  readonly remainingOpenMs: () => number;
  /** Permits a call; null while the circuit is open, or half-open with a probe in flight. */
  readonly tryAcquire: () => Permit | null;
}

/**
 * Opens after 5 consecutive failures, or when at least half of at least 10 calls in the last minute failed. Stays open for
 * 10 s, doubling up to 60 s while probes fail. Then admits one call as a probe; its success closes the circuit.
 */
export function createCircuitBreaker(
  clock: Clock,
  random: Random,
  onStateChange: (state: CircuitState) => void,
): CircuitBreaker {
  const calls = createRollingCounter(WINDOW_MS, clock);
  const failures = createRollingCounter(WINDOW_MS, clock);
  let state: CircuitState = 'closed';
  let consecutiveFailures = 0;
  let openMs = INITIAL_OPEN_MS;
  let openUntil = -Infinity;
  let isProbing = false;
  /** Incremented on every state change, so that a call started before it cannot affect the new state. */
  let generation = 0;

  function transitionTo(next: CircuitState): void {
    state = next;
    generation += 1;
    isProbing = false;
    onStateChange(next);
  }

  function open(): void {
    openUntil = clock.monotonicMs() + openMs * (1 - JITTER_RATIO + 2 * JITTER_RATIO * random());
    openMs = Math.min(openMs * 2, MAX_OPEN_MS);
    transitionTo('open');
  }

  function close(): void {
    calls.clear();
    failures.clear();
    consecutiveFailures = 0;
    openMs = INITIAL_OPEN_MS;
    transitionTo('closed');
  }

  function recordOutcome(outcome: Exclude<CallOutcome, 'ignored'>): void {
    calls.add();
    if (outcome === 'success') {
      consecutiveFailures = 0;
      return;
    }
    failures.add();
    consecutiveFailures += 1;
    const total = calls.total();
    if (
      consecutiveFailures >= CONSECUTIVE_FAILURE_THRESHOLD ||
      (total >= MIN_CALLS && failures.total() >= FAILURE_RATE_THRESHOLD * total)
    )
      open();
  }

  const remainingOpenMs = (): number =>
    state === 'open' ? Math.max(0, openUntil - clock.monotonicMs()) : isProbing ? SECOND : 0;

  return {
    remainingOpenMs,
    tryAcquire() {
      if (remainingOpenMs() > 0) return null;
      if (state === 'open') transitionTo('half_open');
      const isProbe = state === 'half_open';
      isProbing = isProbe;
      const acquiredGeneration = generation;
      let isReported = false;
      return (outcome) => {
        if (isReported || acquiredGeneration !== generation) return;
        isReported = true;
        if (outcome === 'ignored') isProbing = false;
        else if (!isProbe) recordOutcome(outcome);
        else if (outcome === 'success') close();
        else open();
      };
    },
  };
}
