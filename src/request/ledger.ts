import type { CallRecord } from '../http/types.ts';

/** What one query has cost so far. */
export interface Ledger {
  readonly record: (call: CallRecord) => void;
  /** Vendor calls made and cached answers used, in the order in which they ended. */
  readonly records: readonly CallRecord[];
  /** How many of them were calls. */
  readonly vendorCalls: () => number;
}

export function createLedger(): Ledger {
  const records: CallRecord[] = [];
  return {
    record: (call) => {
      records.push(call);
    },
    records,
    vendorCalls: () => records.filter(({ servedFrom }) => servedFrom === 'VENDOR').length,
  };
}
