import { expect, test } from '@jest/globals';
import { failureReport, sourceReport, unsupportedReport } from './source.ts';
import { VendorError } from './vendor-error.ts';

const target = { vendor: 'VONAGE', account: 'vcc', endpoint: 'latestInteractions' } as const;
const noData = { fetchedAt: null, servedFrom: null, coveredFrom: null, coveredTo: null };

test('what could not be had is told with its error, and with nothing that would speak of data', () => {
  const details = { reason: 'status_429', status: 429, retryAfterSeconds: 17 };
  const error = new VendorError(target, 'VENDOR_RATE_LIMITED', 'Too many calls', details);
  expect(error).toMatchObject({ ...target, ...details, code: 'VENDOR_RATE_LIMITED', message: 'Too many calls' });
  const report = failureReport(error);
  expect(report).toEqual({ account: 'vcc', endpoint: 'latestInteractions', outcome: 'FAILED', error, ...noData });
  expect(report.error).toBe(error);
});

test('an error of which no more is known says so', () => {
  const error = new VendorError(target, 'VENDOR_UNAVAILABLE', 'It is away');
  expect(error).toMatchObject({ reason: null, status: null, retryAfterSeconds: null });
});

test('who cannot answer such a question has not failed', () => {
  expect(unsupportedReport(target)).toEqual({
    account: 'vcc',
    endpoint: 'latestInteractions',
    outcome: 'UNSUPPORTED',
    error: null,
    ...noData,
  });
});

test('data is as old as its oldest part, and from the vendor if any part of it is', () => {
  const parts = [
    { fetchedAt: 3, servedFrom: 'CACHE' },
    { fetchedAt: 1, servedFrom: 'VENDOR' },
    { fetchedAt: 2, servedFrom: 'CACHE' },
  ] as const;
  expect(sourceReport(target, parts)).toMatchObject({ outcome: 'OK', error: null, fetchedAt: 1, servedFrom: 'VENDOR' });
  expect(sourceReport(target, [parts[0], parts[2]])).toMatchObject({ fetchedAt: 2, servedFrom: 'CACHE' });
  expect(sourceReport(target, [])).toMatchObject({ outcome: 'OK', fetchedAt: null, servedFrom: null });
});

test('what is missing goes before what is old', () => {
  const [old, gap] = ['old', 'gap'].map((text) => new VendorError(target, 'VENDOR_TIMEOUT', text));
  const part = { fetchedAt: 1, servedFrom: 'CACHE', ...(old && { staleReason: old }) } as const;
  expect(sourceReport(target, [part])).toMatchObject({ outcome: 'STALE', error: old });
  expect(sourceReport(target, [part], { error: gap ?? null })).toMatchObject({ outcome: 'PARTIAL', error: gap });
});
