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
  lastError: VendorError | null;
  /** Since the last success. */
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
      const { account, error, servedFrom } = report;
      if (error && !saysNotFound(error)) {
        if (error.reason !== null && OF_OUR_OWN.has(error.reason)) return;
        const record = recordOf(account);
        // One call may have failed for many agents at once: it is still one failure.
        if (record.lastError === error) return;
        record.lastError = error;
        record.failures += 1;
      } else if (servedFrom === 'VENDOR' || error) {
        Object.assign(recordOf(account), { lastSuccessAt: clock.now(), lastError: null, failures: 0 });
      }
    },

    of(account) {
      const record = records.get(account);
      if (!record) return { state: 'UNKNOWN', lastError: null, lastSuccessAt: null };
      const { failures, lastError, lastSuccessAt } = record;
      const down = failures >= DOWN_AFTER || (failures > 0 && lastSuccessAt === null);
      const state = failures === 0 ? 'OK' : down ? 'DOWN' : 'DEGRADED';
      return { state, lastError: lastError?.message ?? null, lastSuccessAt };
    },
  };
}
