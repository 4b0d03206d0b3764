import type { Instant } from './clock.ts';

/**
 * A vendor's name in the schema: its key in capitals. The registry and the schema define which vendors there are; nothing here
 * depends on it.
 */
export type VendorName = Uppercase<string>;

/** One vendor account. */
export interface Account {
  /** Unique in the configuration. */
  readonly name: string;
  readonly vendor: VendorName;
  /** The configured quota of requests to the vendor; absent without one. */
  readonly requestsPerMinute?: number | undefined;
}

export type AccountState = 'OK' | 'DEGRADED' | 'DOWN' | 'UNKNOWN';

/** Health of an account, derived from its most recent calls. */
export interface AccountHealth {
  readonly state: AccountState;
  readonly lastError: string | null;
  readonly lastSuccessAt: Instant | null;
  /** Calls that ended in the last minute. */
  readonly callsLastMinute: number;
}
