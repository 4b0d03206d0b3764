import { failureReport, type ServedFrom, type SourceReport } from '../../src/domain/source.ts';
import type { VendorError } from '../../src/domain/vendor-error.ts';
import { createAccountHealthTracker } from '../../src/gather/account-health.ts';
import { manualClock } from './clock.ts';
import { freshResult, NOW, vendorError } from './gather-harness.ts';

/** The health of an account, `kore`, and the reports that change it. */
export function setUpAccountHealth() {
  const clock = manualClock(NOW);
  const tracker = createAccountHealthTracker({ clock });
  return {
    clock,
    state: () => tracker.get('kore').state,
    health: () => tracker.get('kore'),
    succeed: (report: Partial<SourceReport> = {}) => {
      freshResult('kore', null, report).sources.forEach((each) => {
        tracker.recordReport(each);
      });
    },
    fail: (error = vendorError('kore', 'VENDOR_TIMEOUT')) => {
      tracker.recordReport(failureReport(error));
    },
    /** Another call that succeeds. */
    answer: () => {
      freshResult('kore', null).sources.forEach((report) => {
        tracker.recordReport(report);
      });
    },
    stale: (error: VendorError) => {
      freshResult('kore', null, { outcome: 'STALE', servedFrom: 'CACHE', error }).sources.forEach((each) => {
        tracker.recordReport(each);
      });
    },
    /** Reports a partial result with the given error, the rest served from the given place. */
    lack: (error: VendorError, servedFrom: ServedFrom | null) => {
      freshResult('kore', null, { outcome: 'PARTIAL', servedFrom, error }).sources.forEach((each) => {
        tracker.recordReport(each);
      });
    },
  };
}
