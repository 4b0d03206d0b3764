import type { AccountHealth } from '../domain/account.ts';
import type { Instant } from '../domain/clock.ts';

/** What one process knows of an account, and since when. */
export interface HealthSummary extends AccountHealth {
  /** When the last call was seen that the state follows from; the summary with the latest one is the account's. */
  readonly observedAt: Instant;
}

/** The health of accounts as the processes of a fleet see it. Both methods never reject; absent where there is no fleet. */
export interface SharedHealth {
  /** Tells the other processes. */
  readonly publish: (account: string, summary: HealthSummary) => void;
  /** The latest summary of any process, by account; null where the shared store does not answer. */
  readonly read: (accounts: readonly string[]) => Promise<ReadonlyMap<string, HealthSummary> | null>;
}
