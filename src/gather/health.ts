import type { AccountHealth } from '../domain/account.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { type SourceReport } from '../domain/source.ts';
import { type VendorError, saysNotFound } from '../domain/vendor-error.ts';

/** Remembers, for the life of the process, how asking each account went. */
export interface HealthBook {
  readonly note: (report: SourceReport) => void;
  readonly of: (account: string) => AccountHealth;
}

interface Record {
  lastSuccessAt: Instant | null;
  /** The last failed call's; null once calls go well again. */
  lastError: VendorError | null;
  /** How often the vendor gave nothing at all, since the last success. */
  failures: number;
}

/** Reasons for which a call was not made, or cut short, by the gateway itself: they say nothing new about the vendor. */
const OF_OUR_OWN: ReadonlySet<string> = new Set([
  'cancelled',
  'quota_local',
  'rate_gate',
  'circuit_open',
  'bulkhead_full',
]);

/** With so many failures in a row an account counts as down, whatever was before. */
const DOWN_AFTER = 3;

export function createHealthBook(clock: Clock): HealthBook {
  const records = new Map<string, Record>();

  function recordOf(account: string): Record {
    let record = records.get(account);
    if (!record) records.set(account, (record = { lastSuccessAt: null, lastError: null, failures: 0 }));
    return record;
  }

  return {
    note(report) {
      const { account, outcome, servedFrom, error } = report;
      const hasAnswered = servedFrom === 'VENDOR' || (error !== null && saysNotFound(error));
      const failure = failureIn(report);
      if (!hasAnswered && !failure) return;
      const record = recordOf(account);
      if (hasAnswered) {
        record.lastSuccessAt = clock.now();
        record.failures = 0;
        // Where some calls were not made, what was wrong with them before may still be.
        if (!isOfOurOwn(error)) record.lastError = null;
      }
      // One call may have failed for many agents at once: it is still one failure.
      if (!failure || record.lastError === failure) return;
      record.lastError = failure;
      // Where a part is there the account is not down; and what a kept answer lacks, every reader would count anew.
      if (outcome !== 'PARTIAL') record.failures += 1;
    },

    of(account) {
      const record = records.get(account);
      if (!record) return { state: 'UNKNOWN', lastError: null, lastSuccessAt: null };
      const { failures, lastError, lastSuccessAt } = record;
      const down = failures >= DOWN_AFTER || (failures > 0 && lastSuccessAt === null);
      const state = lastError === null ? 'OK' : down ? 'DOWN' : 'DEGRADED';
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
function failureIn({ outcome, error }: SourceReport): VendorError | null {
  if (error === null || saysNotFound(error) || isOfOurOwn(error)) return null;
  const isOfTheData =
    error.status === null && (error.code === 'VENDOR_BAD_RESPONSE' || error.code === 'VENDOR_REJECTED');
  return outcome === 'PARTIAL' && isOfTheData ? null : error;
}

function isOfOurOwn(error: VendorError | null): boolean {
  return OF_OUR_OWN.has(error?.reason ?? '');
}
