import type { Agent } from './agent.ts';
import type { Instant } from './clock.ts';
import type { StatusPeriod } from './status-period.ts';

/** An agent's change from one status to another, as one account reports it. */
export interface StatusChange {
  readonly agent: Agent;
  /** The account's name. */
  readonly account: string;
  /** The status before, as it is known now; null where none was known. */
  readonly previous: StatusPeriod | null;
  /** Null where no status is ongoing any more. */
  readonly current: StatusPeriod | null;
  /** Whether it reports what was ongoing at the beginning, instead of a change. */
  readonly isInitial: boolean;
  /** When it was first seen. */
  readonly detectedAt: Instant;
}
