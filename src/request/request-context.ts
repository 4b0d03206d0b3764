import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import type { DataSourceContext } from '../vendors/vendor.ts';
import { createBudget } from './budget.ts';
import { type Caller, canAccess } from './caller.ts';
import { createDeadline } from './deadline.ts';
import type { Explain } from './explain.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createCachePolicy, type CachePolicy } from './cache-policy.ts';
import { createLimitCounter, type LimitCounter } from './limit-counter.ts';

export interface RequestContextOptions {
  readonly caller: Caller;
  readonly requestId: string;
  readonly explain: Explain | null;
  /** Aborted when the client has gone. */
  readonly disconnectSignal: AbortSignal;
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'requestTimeoutMs' | 'maxFiles' | 'maxResponseObjects'>;
}

/** One request from its arrival to its answer: who asks, until when, and what it has cost. */
export interface RequestContext extends DataSourceContext {
  readonly caller: Caller;
  readonly requestId: string;
  readonly explain: Explain | null;
  readonly ledger: Ledger;
  readonly cachePolicy: CachePolicy;
  /** Of the lists that the answer holds. */
  readonly responseObjects: LimitCounter;
  /** Whether the caller may see that account. */
  readonly canAccess: (account: string) => boolean;
  /** The answer is out: nothing is left to run out. */
  readonly close: () => void;
}

export function createRequestContext({
  caller,
  requestId,
  explain,
  disconnectSignal,
  clock,
  limits,
}: RequestContextOptions): RequestContext {
  const ledger = createLedger();
  const cachePolicy = createCachePolicy();
  const deadline = createDeadline(clock, limits.requestTimeoutMs, disconnectSignal);
  return {
    caller,
    requestId,
    fairnessKey: [caller.name, requestId],
    explain,
    ledger,
    cachePolicy,
    responseObjects: createLimitCounter(limits.maxResponseObjects),
    now: clock.now(),
    signal: deadline.signal,
    record: ledger.record,
    restrictCache: cachePolicy.restrict,
    takeFileBudget: createBudget(limits.maxFiles),
    canAccess: (account) => canAccess(caller, account),
    close: deadline.cancel,
  };
}
