import type { AccountHealth } from '../domain/account.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { type SourceReport } from '../domain/source.ts';
import { isNotFound, type VendorError } from '../domain/vendor-error.ts';

/** Tracks the outcomes of each account's calls for the life of the process. */
export interface AccountHealthTracker {
  readonly recordReport: (report: SourceReport) => void;
  readonly get: (account: string) => AccountHealth;
}

interface HealthRecord {
  lastSuccessAt: Instant | null;
  /** The error of the last failed call; null once calls succeed again. */
  lastError: VendorError | null;
  /** How many calls returned nothing at all since the last success. */
  consecutiveFailures: number;
}

/** Reasons for which the gateway itself did not make a call, or cut it short: they carry no news of the vendor. */
const GATEWAY_SIDE_REASONS: ReadonlySet<string> = new Set([
  'cancelled',
  'quota_local',
  'rate_gate',
  'circuit_open',
  'bulkhead_full',
]);

/** After this many consecutive failures an account is DOWN, even if it succeeded before. */
const DOWN_AFTER_FAILURES = 3;

export function createAccountHealthTracker(clock: Clock): AccountHealthTracker {
  const records = new Map<string, HealthRecord>();

  function getOrCreateRecord(account: string): HealthRecord {
    let record = records.get(account);
    if (!record) records.set(account, (record = { lastSuccessAt: null, lastError: null, consecutiveFailures: 0 }));
    return record;
  }

  return {
    recordReport(report) {
      const { account, outcome, servedFrom, error } = report;
      const hasAnswered = servedFrom === 'VENDOR' || (error !== null && isNotFound(error));
      const failedCall = failedCallError(report);
      if (!hasAnswered && !failedCall) return;
      const record = getOrCreateRecord(account);
      if (hasAnswered) {
        record.lastSuccessAt = clock.now();
        record.consecutiveFailures = 0;
        // Where some calls were not made, an earlier error of theirs may persist.
        if (!isGatewaySide(error)) record.lastError = null;
      }
      // One failed call of many agents is one failure.
      if (!failedCall || record.lastError === failedCall) return;
      record.lastError = failedCall;
      // An account that returns a part is not down. The gaps of a cached result would be counted again by every reader.
      if (outcome !== 'PARTIAL') record.consecutiveFailures += 1;
    },

    get(account) {
      const record = records.get(account);
      if (!record) return { state: 'UNKNOWN', lastError: null, lastSuccessAt: null };
      const { consecutiveFailures, lastError, lastSuccessAt } = record;
      const isDown = consecutiveFailures >= DOWN_AFTER_FAILURES || (consecutiveFailures > 0 && lastSuccessAt === null);
      const state = lastError === null ? 'OK' : isDown ? 'DOWN' : 'DEGRADED';
      return { state, lastError: lastError?.message ?? null, lastSuccessAt };
    },
  };
}

/**
 * The error of a failed call; null where no call failed. All calls of a PARTIAL result may have succeeded: the requested time is
 * past the retention or not written yet, a limit of the gateway left files out, or some of the data is damaged, encrypted or another
 * account's. That is
 * a property of the data, which the response reports. Counted as a failure, it would let a caller that requests the wrong day
 * degrade any account. Of several gaps a vendor reports that of a failed call first, with a status or a code of its own.
 */
function failedCallError({ outcome, error }: SourceReport): VendorError | null {
  if (error === null || isNotFound(error) || isGatewaySide(error)) return null;
  const isDataProblem =
    error.status === null &&
    (error.code === 'VENDOR_BAD_RESPONSE' || error.code === 'VENDOR_REJECTED' || error.reason === 'not_yet_written');
  return outcome === 'PARTIAL' && isDataProblem ? null : error;
}

function isGatewaySide(error: VendorError | null): boolean {
  return GATEWAY_SIDE_REASONS.has(error?.reason ?? '');
}
