import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import type { QueryScope } from '../vendors/vendor.ts';
import { createAllowance } from './allowance.ts';
import { type Caller, mayUse } from './caller.ts';
import { createDeadline } from './deadline.ts';
import type { Explain } from './explain.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createShelfLife, type ShelfLife } from './shelf-life.ts';
import { createTally, type Tally } from './tally.ts';

export interface RequestInputs {
  readonly caller: Caller;
  readonly requestId: string;
  readonly explain: Explain | null;
  /** Aborted when the client has gone. */
  readonly disconnected: AbortSignal;
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'requestTimeoutMs' | 'maxFiles' | 'maxItems'>;
}

/** One request from its arrival to its answer: who asks, until when, and what it has cost. */
export interface RequestScope extends QueryScope {
  readonly caller: Caller;
  readonly requestId: string;
  readonly explain: Explain | null;
  readonly ledger: Ledger;
  readonly shelfLife: ShelfLife;
  /** Of the lists that the answer holds. */
  readonly items: Tally;
  /** Whether the caller may see that account. */
  readonly mayUse: (account: string) => boolean;
  /** The answer is out: nothing is left to run out. */
  readonly close: () => void;
}

export function openRequest({ caller, requestId, explain, disconnected, clock, limits }: RequestInputs): RequestScope {
  const ledger = createLedger();
  const shelfLife = createShelfLife();
  const deadline = createDeadline(clock, limits.requestTimeoutMs, disconnected);
  return {
    caller,
    requestId,
    behalf: [caller.name, requestId],
    explain,
    ledger,
    shelfLife,
    items: createTally(limits.maxItems),
    now: clock.now(),
    signal: deadline.signal,
    record: ledger.record,
    expires: shelfLife.expires,
    grantFiles: createAllowance(limits.maxFiles),
    mayUse: (account) => mayUse(caller, account),
    close: deadline.cancel,
  };
}
