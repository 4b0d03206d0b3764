import { expect, test } from '@jest/globals';
import type { VendorErrorCode } from '../domain/vendor-error.ts';
import { errorCodeForStatus, vendorError } from './response.ts';
import { breakerOutcome, retryReason } from './error-policy.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

const errorForStatus = (status: number, details: { retryAfterSeconds?: number } = {}) =>
  vendorError(TARGET, errorCodeForStatus(status) ?? 'VENDOR_BAD_RESPONSE', { status, ...details });

test.each([
  [301, 'well', null],
  [400, 'well', null],
  [401, 'well', null],
  [403, 'well', null],
  [404, 'well', null],
  [422, 'well', null],
  [429, 'neither', null],
  [500, 'ill', 'status_5xx'],
  [502, 'ill', 'status_5xx'],
  [503, 'ill', 'status_5xx'],
  [504, 'ill', 'status_5xx'],
])('status %i: the endpoint is %s, tried again because of %s', (status, health, reason) => {
  expect([breakerOutcome(errorForStatus(status)), retryReason(errorForStatus(status))]).toEqual([health, reason]);
});

test('a refusal with a time to wait may be tried again after it', () => {
  expect(retryReason(errorForStatus(429, { retryAfterSeconds: 1 }))).toBe('status_429');
});

test.each<[VendorErrorCode, string, string, string | null]>([
  ['VENDOR_UNAVAILABLE', 'connect', 'ill', 'connect'],
  ['VENDOR_UNAVAILABLE', 'reset', 'ill', 'reset'],
  ['VENDOR_UNAVAILABLE', 'dns', 'ill', null],
  ['VENDOR_UNAVAILABLE', 'dns_temporary', 'ill', 'dns_temporary'],
  ['VENDOR_UNAVAILABLE', 'tls', 'ill', null],
  ['VENDOR_TIMEOUT', 'timeout_total', 'ill', null],
  ['VENDOR_TIMEOUT', 'timeout_connect', 'ill', null],
  ['VENDOR_TIMEOUT', 'cancelled', 'neither', null],
  ['VENDOR_BAD_RESPONSE', 'truncated', 'ill', 'truncated'],
  ['VENDOR_BAD_RESPONSE', 'malformed_http', 'ill', null],
  ['VENDOR_BAD_RESPONSE', 'too_large', 'well', null],
  ['VENDOR_BAD_RESPONSE', 'content_coding', 'well', null],
  ['VENDOR_BAD_RESPONSE', 'contract', 'well', null],
  ['VENDOR_REJECTED', 'unsendable', 'well', null],
])('%s, %s: the endpoint is %s, tried again because of %s', (code, reason, health, retry) => {
  const error = vendorError(TARGET, code, { reason });
  expect([breakerOutcome(error), retryReason(error)]).toEqual([health, retry]);
});

test('without trouble the endpoint is well', () => {
  expect(breakerOutcome(null)).toBe('well');
});
