import { describe, expect, test } from '@jest/globals';
import {
  failureReport,
  incompleteRanges,
  mergeReports,
  type SourceOutcome,
  type SourceReport,
  sourceReport,
  unsupportedReport,
} from './source.ts';
import { VendorError } from './vendor-error.ts';

const target = { vendor: 'VONAGE', account: 'vcc', endpoint: 'latestInteractions' } as const;
const noData = { fetchedAt: null, freshUntil: null, servedFrom: null, calls: [], coveredFrom: null, coveredTo: null };

test('failureReport holds the error and no field that describes data', () => {
  const details = { reason: 'status_429', status: 429, retryAfterSeconds: 17 };
  const error = new VendorError(target, 'VENDOR_RATE_LIMITED', 'Too many calls', details);
  expect(error).toMatchObject({ ...target, ...details, code: 'VENDOR_RATE_LIMITED', message: 'Too many calls' });
  const report = failureReport(error);
  expect(report).toEqual({ account: 'vcc', endpoint: 'latestInteractions', outcome: 'FAILED', error, ...noData });
  expect(report.error).toBe(error);
});

test('unsupportedReport holds no error', () => {
  expect(unsupportedReport(target)).toEqual({
    account: 'vcc',
    endpoint: 'latestInteractions',
    outcome: 'UNSUPPORTED',
    error: null,
    ...noData,
  });
});

test('sourceReport takes the oldest fetch time, and the vendor as its source if any part came from there', () => {
  const parts = [
    { fetchedAt: 3, servedFrom: 'CACHE' },
    { fetchedAt: 1, servedFrom: 'VENDOR' },
    { fetchedAt: 2, servedFrom: 'CACHE' },
  ] as const;
  expect(sourceReport(target, parts)).toMatchObject({ outcome: 'OK', error: null, fetchedAt: 1, servedFrom: 'VENDOR' });
  expect(sourceReport(target, [parts[0], parts[2]])).toMatchObject({ fetchedAt: 2, servedFrom: 'CACHE' });
  expect(sourceReport(target, [])).toMatchObject({ outcome: 'OK', fetchedAt: null, servedFrom: null });
});

test('sourceReport is fresh until the first time to live of its parts ends', () => {
  const parts = [
    { fetchedAt: 1, freshUntil: 61, servedFrom: 'CACHE' },
    { fetchedAt: 2, freshUntil: 17, servedFrom: 'CACHE' },
  ] as const;
  expect(sourceReport(target, parts).freshUntil).toBe(17);
  expect(mergeReports(parts.map((part) => sourceReport(target, [part])))).toMatchObject({ freshUntil: 17 });
  expect(sourceReport(target, []).freshUntil).toBeNull();
});

test('sourceReport names each call of this query once', () => {
  const [first, second] = [Symbol('first'), Symbol('second')];
  const parts = [
    { fetchedAt: 1, servedFrom: 'VENDOR', call: first },
    { fetchedAt: 1, servedFrom: 'CACHE' },
    { fetchedAt: 1, servedFrom: 'VENDOR', call: second },
    { fetchedAt: 1, servedFrom: 'VENDOR', call: first },
  ] as const;
  expect(sourceReport(target, parts).calls).toEqual([first, second]);
  expect(sourceReport(target, []).calls).toEqual([]);
});

test('sourceReport reports missing data rather than stale data', () => {
  const [old, gap] = ['old', 'gap'].map((text) => new VendorError(target, 'VENDOR_TIMEOUT', text));
  const part = { fetchedAt: 1, servedFrom: 'CACHE', ...(old && { staleReason: old }) } as const;
  expect(sourceReport(target, [part])).toMatchObject({ outcome: 'STALE', error: old });
  expect(sourceReport(target, [part], { error: gap ?? null })).toMatchObject({ outcome: 'PARTIAL', error: gap });
});

describe('sourceReport', () => {
  const at = { account: 'a', endpoint: 'e' };
  const error = new VendorError({ ...at, vendor: 'KORE' }, 'VENDOR_TIMEOUT', 'no');

  test('reports the age of the oldest part, and the vendor as the source if any part came from there', () => {
    const parts = [
      { fetchedAt: 5, servedFrom: 'CACHE' as const },
      { fetchedAt: 3, servedFrom: 'CACHE' as const },
      { fetchedAt: 9, servedFrom: 'VENDOR' as const },
    ];
    expect(sourceReport(at, parts)).toMatchObject({ outcome: 'OK', fetchedAt: 3, servedFrom: 'VENDOR', error: null });
    expect(sourceReport(at, parts.slice(0, 2))).toMatchObject({ servedFrom: 'CACHE' });
    expect(sourceReport(at, [])).toMatchObject({ outcome: 'OK', fetchedAt: null, servedFrom: null });
  });

  test('accepts more parts than a function takes arguments', () => {
    const parts = Array.from({ length: 300_000 }, (_, index) => ({
      fetchedAt: 7 + index,
      servedFrom: 'CACHE' as const,
    }));
    expect(sourceReport(at, parts)).toMatchObject({ outcome: 'OK', fetchedAt: 7 });
  });

  test('reports STALE when a part is stale, and PARTIAL when data is missing, even if a part is stale', () => {
    const stale = { fetchedAt: 5, servedFrom: 'CACHE' as const, staleReason: error };
    expect(sourceReport(at, [stale])).toMatchObject({ outcome: 'STALE', error });
    const other = new VendorError({ ...at, vendor: 'KORE' }, 'VENDOR_BAD_RESPONSE', 'cut');
    expect(sourceReport(at, [stale], { error: other })).toMatchObject({ outcome: 'PARTIAL', error: other });
    expect(sourceReport(at, [], { coveredFrom: 1, coveredTo: 2 })).toMatchObject({ coveredFrom: 1, coveredTo: 2 });
  });
});

describe('incompleteRanges', () => {
  const range = { from: 100, to: 200 };
  const report = sourceReport({ account: 'a', endpoint: 'e' }, []);

  test('is nowhere where the outcome is OK, and else what the report names, or anywhere', () => {
    const incompleteDuring = [{ from: 120, to: 130 }];
    expect(incompleteRanges({ ...report, incompleteDuring }, range)).toEqual([]);
    expect(incompleteRanges({ ...report, outcome: 'STALE', incompleteDuring }, range)).toEqual(incompleteDuring);
    expect(incompleteRanges({ ...report, outcome: 'PARTIAL' }, range)).toEqual([range]);
  });
});

describe('mergeReports', () => {
  const at = { account: 'a', endpoint: 'e' };
  const reportOf = (outcome: SourceOutcome, details: Partial<SourceReport> = {}): SourceReport => ({
    ...sourceReport(at, []),
    outcome,
    ...details,
  });

  test.each<[readonly SourceOutcome[], SourceOutcome]>([
    [['OK', 'OK'], 'OK'],
    [['OK', 'STALE'], 'STALE'],
    [['FAILED', 'FAILED'], 'FAILED'],
    [['UNSUPPORTED', 'UNSUPPORTED'], 'UNSUPPORTED'],
    [['OK', 'FAILED'], 'PARTIAL'],
    [['STALE', 'PARTIAL'], 'PARTIAL'],
    [['OK', 'UNSUPPORTED'], 'PARTIAL'],
  ])('merges %j into %s', (outcomes, expected) => {
    expect(mergeReports(outcomes.map((outcome) => reportOf(outcome)))?.outcome).toBe(expected);
  });

  test('takes the oldest fetch, the vendor before the cache, every call once, and the first error', () => {
    const error = new VendorError({ ...at, vendor: 'KORE' }, 'VENDOR_TIMEOUT', 'no');
    const [first, second] = [Symbol('first'), Symbol('second')];
    const merged = mergeReports([
      reportOf('OK', { fetchedAt: 3, servedFrom: 'CACHE' }),
      reportOf('FAILED', { error }),
      reportOf('OK', { fetchedAt: 2, servedFrom: 'VENDOR', calls: [first] }),
      reportOf('OK', { fetchedAt: 4, servedFrom: 'VENDOR', calls: [second, first] }),
    ]);
    expect(merged).toMatchObject({ ...at, fetchedAt: 2, servedFrom: 'VENDOR', calls: [first, second], error });
  });

  test('returns a single report as it is, and null without one', () => {
    const report = reportOf('PARTIAL', { coveredTo: 1 });
    expect(mergeReports([report])).toBe(report);
    expect(mergeReports([])).toBeNull();
  });
});
