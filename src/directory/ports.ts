import type { Instant } from '../domain/clock.ts';
import type { SourceOutcome } from '../domain/source.ts';
import type { VendorError } from '../domain/vendor-error.ts';

/** How a discovery that called its vendor ended. */
export interface DiscoveryEnd {
  /** The account's name. */
  readonly account: string;
  /** OK or PARTIAL; STALE where an earlier result is kept; FAILED where nothing is known. */
  readonly outcome: SourceOutcome;
  /** The number of agents that are known of the account now. */
  readonly agents: number;
  /** When they were fetched; null where none are known. */
  readonly fetchedAt: Instant | null;
  readonly error: VendorError | null;
}

/** The metrics that the directory reports. */
export interface DirectoryMetrics {
  readonly discoveryEnded: (end: DiscoveryEnd) => void;
}
