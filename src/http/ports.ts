import type { Instant } from '../domain/clock.ts';
import type { CallPriority } from './types.ts';

// The label values are closed sets: a caller can never add a time series.

export type CircuitState = 'closed' | 'half_open' | 'open';

/** Why a call is retried. */
export type RetryReason =
  | 'status_5xx'
  | 'status_429'
  | 'connect'
  | 'reset'
  | 'stale_connection'
  | 'dns_temporary'
  | 'truncated'
  | 'proxy'
  | 'proxy_upstream';

/** Why a failure that could be retried is not. */
export type RetryDenial = 'budget' | 'retry_after' | 'not_idempotent';

/** One attempt at a vendor call; a duration in milliseconds. */
export interface VendorCall {
  readonly account: string;
  readonly endpoint: string;
  /** `OK` or a vendor error's code. */
  readonly outcome: string;
  readonly ms: number;
  /** Why it failed, from a small set, and the status of the vendor's response, where they are known. */
  readonly reason?: string;
  readonly status?: number;
  /** The trace that it is a step of, where that is recorded. */
  readonly traceId?: string | undefined;
}

/** The state of one account's calls, read when it is wanted. */
export interface CallGauges {
  /** The number of calls that wait for their start. */
  readonly waiting: (priority: CallPriority) => number;
  /** The account's rate limit, and how many calls this process started in the last minute; null without a limit. */
  readonly quota: { readonly limit: number; readonly used: () => number } | null;
}

/** The metrics that the queues of calls report. */
export interface CallQueueMetrics {
  /** A call started after it had waited for a slot and for the rate limit. */
  readonly callStarted: (account: string, priority: CallPriority, waitedMs: number) => void;
  readonly watchCalls: (account: string, gauges: CallGauges) => void;
}

/** The metrics that calls to vendors report. */
export interface VendorHttpMetrics extends CallQueueMetrics {
  /** An attempt ended, whether it was the first or a retry. */
  readonly vendorCall: (call: VendorCall) => void;
  readonly vendorRetry: (account: string, reason: RetryReason) => void;
  readonly vendorRetryDenied: (account: string, reason: RetryDenial) => void;
  readonly circuitState: (account: string, endpoint: string, state: CircuitState) => void;
  /** A call was rejected because the circuit is open. */
  readonly circuitRejection: (account: string, endpoint: string) => void;
  /** The vendor asked not to be called before `until`. */
  readonly retryAfterGate: (account: string, until: Instant) => void;
}

/** Writes a debug log line. Absent when debug logs are off, so that `log?.({…}, …)` then costs nothing. */
export type DebugLog = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/**
 * An account's Retry-After gate in all processes of a fleet. It takes and returns durations, since the clocks of a fleet
 * differ. Neither function rejects.
 */
export interface SharedRetryAfterGate {
  /** Milliseconds until the account may be called again, 0 when it may; null while the shared state cannot be read. */
  readonly remainingMs: () => Promise<number | null>;
  /** Closes the gate of every process for `ms`; a shorter time never replaces a longer one. */
  readonly close: (ms: number) => void;
}
