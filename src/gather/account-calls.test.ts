import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { freshResult, NOW, vendorError } from '../../test/support/gather-harness.ts';
import { failureReport, type SourceReport } from '../domain/source.ts';
import { createAccountCalls } from './account-calls.ts';

function report(part: Partial<SourceReport>): SourceReport {
  const [first] = freshResult('kore', null, part).sources;
  if (!first) throw new Error('no report');
  return first;
}

test('distinguishes the reports that say something new about the vendor', () => {
  const calls = createAccountCalls(manualClock(NOW));
  const error = vendorError('kore', 'VENDOR_UNAVAILABLE');
  expect([
    calls.add(report({ servedFrom: 'CACHE' })),
    calls.add(report({})),
    calls.add(report({})),
    calls.add(failureReport(error)),
    calls.add(failureReport(error)),
    calls.add(failureReport(vendorError('kore', 'VENDOR_UNAVAILABLE', { reason: 'circuit_open' }))),
  ]).toEqual([false, true, false, true, false, false]);
  expect(calls.summary()).toMatchObject({ successes: 1, failures: 1, failuresInARow: 1 });
});

test('counts the gap of a cached result once in a while, although every reader gets an error of its own', () => {
  const calls = createAccountCalls(manualClock(NOW));
  const readGap = () =>
    calls.add(report({ outcome: 'PARTIAL', servedFrom: 'CACHE', error: vendorError('kore', 'VENDOR_TIMEOUT') }));
  expect([readGap(), readGap(), readGap()]).toEqual([true, false, false]);
  expect(calls.summary()).toMatchObject({ failures: 1, failuresInARow: 0 });
});
