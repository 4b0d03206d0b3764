import { expect, test } from '@jest/globals';
import { failureReport, type SourceReport, sourceReport, unsupportedReport } from '../../domain/source.ts';
import { VendorError, type VendorErrorCode } from '../../domain/vendor-error.ts';
import { createMetrics } from '../metrics.ts';

const target = { vendor: 'VONAGE', account: 'vcc', endpoint: 'latestInteractions' } as const;
const LABELS = 'account="vcc",endpoint="latestInteractions"';

function failed(code: VendorErrorCode): SourceReport {
  return failureReport(new VendorError(target, code, 'no'));
}

test('counts sources by outcome, agents that the vendor does not know apart from failures', async () => {
  const metrics = createMetrics();
  const cached = { fetchedAt: 0, servedFrom: 'CACHE' as const };
  const error = new VendorError(target, 'VENDOR_TIMEOUT', 'late');
  for (const report of [
    sourceReport(target, [cached]),
    sourceReport(target, [cached]),
    sourceReport(target, [{ ...cached, staleReason: error }]),
    sourceReport(target, [cached], { error }),
    // A part is missing, such as a file; the agent is known.
    sourceReport(target, [cached], { error: new VendorError(target, 'NOT_FOUND', 'no') }),
    failed('VENDOR_TIMEOUT'),
    failed('NOT_FOUND'),
    unsupportedReport(target),
  ])
    metrics.sourceReported(report);
  const text = await metrics.text();
  for (const [outcome, count] of Object.entries({
    OK: 2,
    STALE: 1,
    PARTIAL: 2,
    FAILED: 1,
    NOT_FOUND: 1,
    UNSUPPORTED: 1,
  }))
    expect(text).toContain(`switchboard_sources_total{${LABELS},outcome="${outcome}"} ${count}\n`);
});

test('counts the records that were left out, by reason', async () => {
  const metrics = createMetrics();
  metrics.recordsDropped('vcc', 'latestInteractions', 'contract', 3);
  metrics.recordsDropped('vcc', 'latestInteractions', 'contract', 2);
  expect(await metrics.text()).toContain(`switchboard_records_dropped_total{${LABELS},reason="contract"} 5\n`);
});

test('observes the age of live data in seconds', async () => {
  const metrics = createMetrics();
  metrics.liveDataServed(target, 12_000);
  metrics.liveDataServed(target, 400_000);
  const text = await metrics.text();
  expect(text).toContain(`switchboard_live_data_age_seconds_bucket{le="15",${LABELS}} 1\n`);
  expect(text).toContain(`switchboard_live_data_age_seconds_sum{${LABELS}} 412\n`);
});
