import type { AccountHealth } from '../domain/account.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { type SourceReport } from '../domain/source.ts';
import { type VendorError, isNotFound } from '../domain/vendor-error.ts';

/** Remembers, for the life of the process, how asking each account went. */
export interface AccountHealthTracker {
  readonly recordReport: (report: SourceReport) => void;
  readonly get: (account: string) => AccountHealth;
}

interface HealthRecord {
  lastSuccessAt: Instant | null;
  /** The last failed call's; null once calls go well again. */
  lastError: VendorError | null;
  /** How often the vendor gave nothing at all, since the last success. */
  consecutiveFailures: number;
}

/** Reasons for which a call was not made, or cut short, by the gateway itself: they say nothing new about the vendor. */
const GATEWAY_SIDE_REASONS: ReadonlySet<string> = new Set([
  'cancelled',
  'quota_local',
  'rate_gate',
  'circuit_open',
  'bulkhead_full',
]);

/** With so many failures in a row an account counts as down, whatever was before. */
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
        // Where some calls were not made, what was wrong with them before may still be.
        if (!isGatewaySide(error)) record.lastError = null;
      }
      // One call may have failed for many agents at once: it is still one failure.
      if (!failedCall || record.lastError === failedCall) return;
      record.lastError = failedCall;
      // Where a part is there the account is not down; and what a kept answer lacks, every reader would count anew.
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
 * What the failed call came to. Where only a part is missing, all calls may have gone well: the time asked for is gone, a limit
 * of ours left files out, or some of what came is damaged, encrypted or another account's. That is a matter of the data, which
 * the answer tells; as a failure it would let whoever asks for the wrong day make any account look ill. Of several gaps a vendor
 * tells that of a failed call first, and it bears a status or a code of its own.
 */
function failedCallError({ outcome, error }: SourceReport): VendorError | null {
  if (error === null || isNotFound(error) || isGatewaySide(error)) return null;
  const isDataProblem =
    error.status === null && (error.code === 'VENDOR_BAD_RESPONSE' || error.code === 'VENDOR_REJECTED');
  return outcome === 'PARTIAL' && isDataProblem ? null : error;
}

function isGatewaySide(error: VendorError | null): boolean {
  return GATEWAY_SIDE_REASONS.has(error?.reason ?? '');
}
