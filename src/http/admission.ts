import type { Account } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { CallTarget, VendorError } from '../domain/vendor-error.ts';
import type { VendorMetrics } from '../observability/metrics.ts';
import type { Random } from './backoff.ts';
import { type Breaker, createBreaker, type Permit } from './breaker.ts';
import type { CallScope } from './call.ts';
import { failure } from './failure.ts';
import { pause } from './pause.ts';
import { createFleetQuota, createQuota } from './quota.ts';
import { createRateGate } from './rate-gate.ts';
import { vendorError } from './reply.ts';
import { RETRY_AFTER_PATIENCE } from './retry.ts';
import { createSemaphore, QueueFull } from './semaphore.ts';
import { healthOf } from './trouble.ts';

/** How long a call may wait for the account's quota before it is better told to come back later. */
const QUOTA_PATIENCE = SECOND;

export interface AdmissionOptions {
  readonly account: Account;
  /** How many calls may be under way at a time. */
  readonly concurrency: number;
  /** How many calls of one caller may wait for their turn. */
  readonly queue: number;
  readonly requestsPerMinute: number | undefined;
  /** Counts a call for all processes that share the limit; absent where there is but this one. */
  readonly takeForAll?: (() => Promise<number | null>) | undefined;
  /** Whether an endpoint that keeps failing is spared for a while. */
  readonly breaker: boolean;
  /** Whether the account is not called before the time that the vendor named in a refusal. */
  readonly rateGate: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: VendorMetrics;
}

/** Gives the place back, and tells how the call went: null for well. */
export type Leave = (trouble: VendorError | null) => void;

/** Decides when a call to the account may begin, if at all. */
export interface Admission {
  /** Why no call to the endpoint may begin now, nor in a moment; null when one may. */
  readonly refusal: (target: CallTarget) => VendorError | null;
  /** Throws the refusal, if there is one. */
  readonly check: (target: CallTarget) => void;
  /** Waits for the call's turn; rejects with a VendorError when it is not to be made. */
  readonly enter: (target: CallTarget, scope: Pick<CallScope, 'signal' | 'behalf'>) => Promise<Leave>;
  /** In how many seconds to come back after a refusal for calling too often; null after anything else. */
  readonly retryAfter: (trouble: VendorError | null) => number | null;
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { account, clock, random, metrics } = options;
  const semaphore = createSemaphore(options.concurrency, options.queue);
  const own = createQuota(options.requestsPerMinute, clock);
  const quota = options.takeForAll ? createFleetQuota(options.takeForAll, own) : own;
  const gate = createRateGate(clock, (ms) => {
    metrics.rateGate(account.name, clock.now() + ms);
  });
  const breakers = new Map<string, Breaker>();

  function breakerOf(endpoint: string): Breaker {
    let breaker = breakers.get(endpoint);
    if (!breaker) {
      breaker = createBreaker(clock, random, (state) => {
        metrics.circuit(account.name, endpoint, state);
      });
      breakers.set(endpoint, breaker);
    }
    return breaker;
  }

  function refusal(target: CallTarget): VendorError | null {
    const gated = options.rateGate ? gate.wait() : 0;
    if (gated > RETRY_AFTER_PATIENCE) return rateLimited(target, 'rate_gate', gated);
    const open = options.breaker ? breakerOf(target.endpoint).wait() : 0;
    return open > 0 ? circuitOpen(target, open) : null;
  }

  function check(target: CallTarget): void {
    const refused = refusal(target);
    if (!refused) return;
    if (refused.reason === 'circuit_open') metrics.shortCircuit(account.name, target.endpoint);
    throw refused;
  }

  /** Waits as long as there is reason to, but for no reason longer than patience allows. */
  async function waitForTurn(target: CallTarget, signal: AbortSignal): Promise<Permit | null> {
    for (;;) {
      check(target);
      let wait = options.rateGate ? gate.wait() : 0;
      if (wait === 0) {
        wait = await quota.take();
        // Meanwhile another call may have failed.
        check(target);
        if (wait > QUOTA_PATIENCE) throw rateLimited(target, 'quota_local', wait);
      }
      // Nothing may come between the check and this, or two calls would both be probes.
      if (wait === 0) return options.breaker ? breakerOf(target.endpoint).enter() : null;
      await pause(wait, clock, signal);
    }
  }

  return {
    refusal,
    check,
    async enter(target, { signal, behalf }) {
      let leavePlace: () => void = () => undefined;
      try {
        leavePlace = await semaphore.enter(signal, behalf);
        const permit = await waitForTurn(target, signal);
        return (trouble) => {
          if (trouble?.code === 'VENDOR_RATE_LIMITED') gate.shut(trouble.retryAfterSeconds);
          else if (healthOf(trouble) === 'well') gate.passed();
          permit?.(healthOf(trouble));
          leavePlace();
        };
      } catch (error) {
        leavePlace();
        if (error instanceof QueueFull) throw vendorError(target, 'VENDOR_UNAVAILABLE', { reason: 'bulkhead_full' });
        throw failure(error, target, 'waiting');
      }
    },
    retryAfter(trouble) {
      if (trouble?.code !== 'VENDOR_RATE_LIMITED') return null;
      // A vendor may name no time, or none to speak of ("in 0 seconds"), or another call may have been told a longer one.
      return Math.max(1, trouble.retryAfterSeconds ?? 0, options.rateGate ? secondsOf(gate.wait()) : 0);
    },
  };
}

function rateLimited(target: CallTarget, reason: 'rate_gate' | 'quota_local', ms: number): VendorError {
  return vendorError(target, 'VENDOR_RATE_LIMITED', { reason, retryAfterSeconds: secondsOf(ms) });
}

function secondsOf(ms: number): number {
  return Math.ceil(ms / SECOND);
}

function circuitOpen(target: CallTarget, ms: number): VendorError {
  return vendorError(target, 'VENDOR_UNAVAILABLE', { reason: 'circuit_open', retryAfterSeconds: secondsOf(ms) });
}
