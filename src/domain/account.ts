import type { Instant } from './clock.ts';

/**
 * A vendor as the schema names it: its key in capitals. Which vendors there are, the registry and the schema say; nothing
 * here depends on it.
 */
export type VendorName = Uppercase<string>;

/** One account with a vendor. */
export interface Account {
  /** Unique in the configuration. */
  readonly name: string;
  readonly vendor: VendorName;
}

export type AccountState = 'OK' | 'DEGRADED' | 'DOWN' | 'UNKNOWN';

/** How the calls to an account went lately. */
export interface AccountHealth {
  readonly state: AccountState;
  readonly lastError: string | null;
  readonly lastSuccessAt: Instant | null;
}
