import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import type { CircuitState } from '../observability/labels.ts';
import type { Random } from './backoff.ts';
import { createRollingCount } from './rolling-count.ts';

const FAILURES_IN_A_ROW = 5;
const SPAN = MINUTE;
const ENOUGH_CALLS = 10;
const SHARE = 0.5;
const FIRST_OPEN = 10 * SECOND;
const LONGEST_OPEN = MINUTE;
/** An open time is off by up to so much of it, so that what broke together is not tried again together. */
const JITTER = 0.2;

/** What a call says about the endpoint's health; `neither` where it says nothing. */
export type Health = 'well' | 'ill' | 'neither';

/** Leave to make one call; to be called with how that went. */
export type Permit = (health: Health) => void;

/** Spares an endpoint that keeps failing, and its callers the wait. */
export interface Breaker {
  /** Milliseconds for which no call is let through; 0 when one may be. */
  readonly wait: () => number;
  /** Leave for a call; null while the circuit is open, or half open with a probe under way. */
  readonly enter: () => Permit | null;
}

/**
 * Opens after 5 failures in a row, or when at least half of at least 10 calls of the last minute failed; for 10 s, doubling up
 * to 60 s as long as probes fail. Then one call is let through as a probe: its success closes the circuit.
 */
export function createBreaker(clock: Clock, random: Random, onState: (state: CircuitState) => void): Breaker {
  const calls = createRollingCount(SPAN, clock);
  const failures = createRollingCount(SPAN, clock);
  let state: CircuitState = 'closed';
  let inARow = 0;
  let openMs = FIRST_OPEN;
  let openUntil = -Infinity;
  let probing = false;
  /** Counts states, so that a call from before the last change does not speak to this one. */
  let era = 0;

  function become(next: CircuitState): void {
    state = next;
    era += 1;
    probing = false;
    onState(next);
  }

  function open(): void {
    openUntil = clock.elapsed() + openMs * (1 - JITTER + 2 * JITTER * random());
    openMs = Math.min(openMs * 2, LONGEST_OPEN);
    become('open');
  }

  function close(): void {
    calls.clear();
    failures.clear();
    inARow = 0;
    openMs = FIRST_OPEN;
    become('closed');
  }

  function note(health: Exclude<Health, 'neither'>): void {
    calls.add();
    if (health === 'well') {
      inARow = 0;
      return;
    }
    failures.add();
    inARow += 1;
    const total = calls.total();
    if (inARow >= FAILURES_IN_A_ROW || (total >= ENOUGH_CALLS && failures.total() >= SHARE * total)) open();
  }

  const wait = (): number => (state === 'open' ? Math.max(0, openUntil - clock.elapsed()) : probing ? SECOND : 0);

  return {
    wait,
    enter() {
      if (wait() > 0) return null;
      if (state === 'open') become('half_open');
      const isProbe = state === 'half_open';
      probing = isProbe;
      const entered = era;
      let spoken = false;
      return (health) => {
        if (spoken || entered !== era) return;
        spoken = true;
        if (health === 'neither') probing = false;
        else if (!isProbe) note(health);
        else if (health === 'well') close();
        else open();
      };
    },
  };
}
