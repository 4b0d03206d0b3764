import { expect, test } from '@jest/globals';
import fc from 'fast-check';
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
  const answered = report({});
  expect([
    calls.add(report({ servedFrom: 'CACHE', calls: [] })),
    calls.add(answered),
    calls.add(answered),
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

test('counts each call once, however many end in one millisecond and however many reports name it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 50 }), (readersOfCalls) => {
      const calls = createAccountCalls(manualClock(NOW));
      const news = readersOfCalls.flatMap((readers) => {
        const answered = report({ calls: [Symbol('call')] });
        return Array.from({ length: readers }, () => calls.add(answered));
      });
      expect(calls.summary().successes).toBe(readersOfCalls.length);
      expect(news.filter(Boolean)).toHaveLength(readersOfCalls.length);
    }),
  );
});

test('counts every call of a report whose data took several', () => {
  const calls = createAccountCalls(manualClock(NOW));
  const [first, second] = [Symbol('first'), Symbol('second')];
  calls.add(report({ calls: [first] }));
  calls.add(report({ calls: [first, second] }));
  expect(calls.summary().successes).toBe(2);
});
