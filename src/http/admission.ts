import type { Account } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import { type MaybePromise, rejectThrown } from '../domain/maybe-promise.ts';
import { SECOND } from '../domain/time.ts';
import { type CallTarget, isNotFound, type VendorError } from '../domain/vendor-error.ts';
import type { Random } from './backoff.ts';
import { createCallScheduler, QueueFullError, type ScheduledCall, type Start } from './call-scheduler.ts';
import { type CircuitBreaker, createCircuitBreaker, type Permit } from './circuit-breaker.ts';
import { toVendorError } from './classify-error.ts';
import { breakerOutcome } from './error-policy.ts';
import { createPastAllowance } from './past-allowance.ts';
import type { DebugLog, SharedRetryAfterGate, VendorHttpMetrics } from './ports.ts';
import { createLocalRateLimiter, createSharedRateLimiter } from './rate-limiter.ts';
import { vendorError } from './response.ts';
import { createRetryAfterGate } from './retry-after-gate.ts';
import { MAX_RETRY_AFTER_WAIT_MS } from './retry.ts';
import type { CallContext, FairnessKey } from './types.ts';

/** A call that belongs to no caller. */
const NO_FAIRNESS_KEY: FairnessKey = ['', ''];

export interface AdmissionOptions {
  readonly account: Account;
  /** How many calls may be in flight at a time. */
  readonly concurrency: number;
  /** How many calls of one caller may be queued. */
  readonly maxQueued: number;
  readonly requestsPerMinute: number | undefined;
  /** Counts a call for all processes that share the rate limit; absent in a single process. */
  readonly acquireSharedQuota?: (() => Promise<number | null>) | undefined;
  /** The number of processes that share the rate limit, as last known; each takes its share while they cannot count together. */
  readonly fleetSize?: (() => number) | undefined;
  /** Holds back the calls of all processes after a 429 response; absent in a single process. */
  readonly sharedGate?: SharedRetryAfterGate | undefined;
  /** Whether calls to an endpoint that keeps failing are rejected for a while. */
  readonly circuitBreaker: boolean;
  /** Whether calls wait until the time that the vendor named in a 429 response. */
  readonly honorRetryAfter: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: VendorHttpMetrics;
  readonly log?: DebugLog | undefined;
}

/** Releases the slot and reports how the call went: null for success. */
export type Release = (error: VendorError | null) => void;

/** What a call's turn depends on. */
export type AdmissionContext = Pick<
  CallContext,
  'signal' | 'fairnessKey' | 'priority' | 'isBackground' | 'onUrgent' | 'lastAskedAt' | 'waitUntilMs' | 'onQuotaWait'
>;

interface AdmissionCall extends ScheduledCall {
  readonly target: CallTarget;
}

/** Admission control of one account: decides when a call may start, or that it may not. */
export interface Admission {
  /** Why a call to the endpoint can start neither now nor shortly; null when it can. */
  readonly rejection: (target: CallTarget) => VendorError | null;
  /** Throws the rejection, if there is one. */
  readonly assertAdmissible: (target: CallTarget) => void;
  /** Waits for the call's turn, if it is not at once; rejects with a VendorError when the call must not be made. */
  readonly acquire: (target: CallTarget, context: AdmissionContext) => MaybePromise<Release>;
  /** Seconds after which to retry a failed call, as far as the vendor or a later rejection names a time; null otherwise. */
  readonly retryAfterSeconds: (target: CallTarget, error: VendorError | null) => number | null;
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { account, clock, random, metrics, log } = options;
  const { requestsPerMinute, sharedGate } = options;
  const localLimiter = createLocalRateLimiter(requestsPerMinute, clock, options.fleetSize);
  const gate = createRetryAfterGate(clock, (ms) => {
    metrics.retryAfterGate(account.name, clock.now() + ms);
    sharedGate?.close(ms);
  });
  const breakers = new Map<string, CircuitBreaker>();

  function getBreaker(endpoint: string): CircuitBreaker {
    let breaker = breakers.get(endpoint);
    if (!breaker) {
      breaker = createCircuitBreaker(clock, random, (state) => {
        metrics.circuitState(account.name, endpoint, state);
      });
      breakers.set(endpoint, breaker);
    }
    return breaker;
  }

  function remainingOpenMs({ endpoint }: CallTarget): number {
    return options.circuitBreaker ? getBreaker(endpoint).remainingOpenMs() : 0;
  }

  function findRejection(target: CallTarget): VendorError | null {
    const gateMs = options.honorRetryAfter ? gate.remainingMs() : 0;
    if (gateMs > MAX_RETRY_AFTER_WAIT_MS) return rateLimitedError(target, 'rate_gate', gateMs);
    const openMs = remainingOpenMs(target);
    return openMs > 0 ? circuitOpenError(target, openMs) : null;
  }

  function assertAdmissible(target: CallTarget): void {
    const rejection = findRejection(target);
    if (!rejection) return;
    log?.({ account: account.name, endpoint: target.endpoint, reason: rejection.reason }, 'vendor call rejected');
    if (rejection.reason === 'circuit_open') metrics.circuitRejection(account.name, target.endpoint);
    throw rejection;
  }

  const scheduler = createCallScheduler<AdmissionCall, Permit | null>({
    concurrency: options.concurrency,
    maxQueued: options.maxQueued,
    requestsPerMinute,
    clock,
    limiter: options.acquireSharedQuota
      ? createSharedRateLimiter(options.acquireSharedQuota, localLimiter)
      : localLimiter,
    pastAllowance: createPastAllowance(requestsPerMinute, clock, options.fleetSize),
    heldBackMs,
    // Synchronous, or two calls could both become probes.
    permit({ target }) {
      assertAdmissible(target);
      return options.circuitBreaker ? getBreaker(target.endpoint).tryAcquire() : null;
    },
    rejection: ({ target }) => findRejection(target),
    createQuotaError: ({ target }, ms) => rateLimitedError(target, 'quota_local', ms),
  });

  metrics.watchCalls(account.name, {
    waiting: scheduler.waiting,
    quota: requestsPerMinute === undefined ? null : { limit: requestsPerMinute, used: () => localLimiter.used() },
  });

  function heldBackMs(): number | Promise<number> {
    if (!options.honorRetryAfter) return 0;
    if (!sharedGate) return gate.remainingMs();
    return sharedGate.remainingMs().then((ms) => {
      if (ms !== null && ms > 0) {
        gate.extend(ms);
        metrics.retryAfterGate(account.name, clock.now() + ms);
      }
      if (gate.remainingMs() > MAX_RETRY_AFTER_WAIT_MS) scheduler.rejectWaiting();
      return gate.remainingMs();
    });
  }

  function recordOutcome(error: VendorError | null, permit: Permit | null): void {
    if (error?.code === 'VENDOR_RATE_LIMITED') gate.close(error.retryAfterSeconds);
    else if (breakerOutcome(error) === 'success') gate.reset();
    permit?.(breakerOutcome(error));
    if (error) scheduler.rejectWaiting();
  }

  function toCall(target: CallTarget, context: AdmissionContext): AdmissionCall {
    const { signal, fairnessKey = NO_FAIRNESS_KEY, lastAskedAt, waitUntilMs, onUrgent, onQuotaWait } = context;
    let isLogged = false;
    return {
      target,
      signal,
      fairnessKey,
      priority: context.isBackground ? 'past' : (context.priority ?? 'live'),
      lastAskedAt,
      waitUntilMs,
      onUrgent,
      onQuotaWait(createError, startsAfterMs) {
        if (!isLogged)
          log?.({ account: account.name, endpoint: target.endpoint }, 'vendor call waits for the rate limit');
        isLogged = true;
        onQuotaWait?.(createError, startsAfterMs);
      },
    };
  }

  function toError(error: unknown, target: CallTarget): VendorError {
    if (!(error instanceof QueueFullError)) return toVendorError(error, target, 'waiting');
    log?.({ account: account.name, endpoint: target.endpoint, reason: 'bulkhead_full' }, 'vendor call rejected');
    return vendorError(target, 'VENDOR_UNAVAILABLE', { reason: 'bulkhead_full' });
  }

  return {
    rejection: findRejection,
    assertAdmissible,
    acquire: (target, context) =>
      rejectThrown(() => {
        assertAdmissible(target);
        const call = toCall(target, context);
        const enqueuedMs = clock.monotonicMs();
        const toRelease = ({ permit, releaseSlot }: Start<Permit | null>): Release => {
          metrics.callStarted(account.name, call.priority, clock.monotonicMs() - enqueuedMs);
          return (error) => {
            recordOutcome(error, permit);
            releaseSlot();
          };
        };
        const started = scheduler.acquire(call);
        if (!(started instanceof Promise)) return toRelease(started);
        return started.then(toRelease, (error: unknown) => {
          throw toError(error, target);
        });
      }),

    retryAfterSeconds(target, error) {
      if (error === null || isNotFound(error)) return null;
      const openSeconds = toSeconds(remainingOpenMs(target));
      const seconds = Math.max(error.retryAfterSeconds ?? 0, openSeconds);
      if (error.code !== 'VENDOR_RATE_LIMITED') return openSeconds > 0 ? seconds : null;
      // The vendor may have named no time, or 0 seconds, or a longer time to another call.
      return Math.max(1, seconds, options.honorRetryAfter ? toSeconds(gate.remainingMs()) : 0);
    },
  };
}

function rateLimitedError(target: CallTarget, reason: 'rate_gate' | 'quota_local', ms: number): VendorError {
  return vendorError(target, 'VENDOR_RATE_LIMITED', { reason, retryAfterSeconds: toSeconds(ms) });
}

function toSeconds(ms: number): number {
  return Math.ceil(ms / SECOND);
}

function circuitOpenError(target: CallTarget, ms: number): VendorError {
  return vendorError(target, 'VENDOR_UNAVAILABLE', { reason: 'circuit_open', retryAfterSeconds: toSeconds(ms) });
}
