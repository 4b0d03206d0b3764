import { expect, test } from '@jest/globals';
import type { VendorErrorCode } from '../domain/vendor-error.ts';
import { breakerOutcome, retryReason } from './error-policy.ts';
import { errorCodeForStatus, vendorError } from './response.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

function errorForStatus(status: number, details: { retryAfterSeconds?: number } = {}) {
  return vendorError(TARGET, errorCodeForStatus(status) ?? 'VENDOR_BAD_RESPONSE', { status, ...details });
}

test.each([
  [301, 'success', null],
  [400, 'success', null],
  [401, 'success', null],
  [403, 'success', null],
  [404, 'success', null],
  [422, 'success', null],
  [429, 'ignored', null],
  [500, 'failure', 'status_5xx'],
  [502, 'failure', 'status_5xx'],
  [503, 'failure', 'status_5xx'],
  [504, 'failure', 'status_5xx'],
])('classifies status %i as %s for the circuit breaker, with retry reason %s', (status, outcome, reason) => {
  expect([breakerOutcome(errorForStatus(status)), retryReason(errorForStatus(status))]).toEqual([outcome, reason]);
});

test('retries a 429 that names a time to retry after', () => {
  expect(retryReason(errorForStatus(429, { retryAfterSeconds: 1 }))).toBe('status_429');
});

test.each<[VendorErrorCode, string, string, string | null]>([
  ['VENDOR_UNAVAILABLE', 'connect', 'failure', 'connect'],
  ['VENDOR_UNAVAILABLE', 'reset', 'failure', 'reset'],
  ['VENDOR_UNAVAILABLE', 'stale_connection', 'ignored', 'stale_connection'],
  ['VENDOR_UNAVAILABLE', 'dns', 'failure', null],
  ['VENDOR_UNAVAILABLE', 'dns_temporary', 'failure', 'dns_temporary'],
  ['VENDOR_UNAVAILABLE', 'tls', 'failure', null],
  ['VENDOR_TIMEOUT', 'timeout_total', 'failure', null],
  ['VENDOR_TIMEOUT', 'timeout_connect', 'failure', null],
  ['VENDOR_TIMEOUT', 'cancelled', 'ignored', null],
  ['VENDOR_BAD_RESPONSE', 'truncated', 'failure', 'truncated'],
  ['VENDOR_BAD_RESPONSE', 'malformed_http', 'failure', null],
  ['VENDOR_BAD_RESPONSE', 'too_large', 'success', null],
  ['VENDOR_BAD_RESPONSE', 'malformed_json', 'failure', null],
  ['VENDOR_BAD_RESPONSE', 'file_malformed', 'success', null],
  ['VENDOR_BAD_RESPONSE', 'file_truncated', 'success', null],
  ['VENDOR_BAD_RESPONSE', 'corrupt', 'success', null],
  ['VENDOR_BAD_RESPONSE', 'zip', 'success', null],
  ['VENDOR_BAD_RESPONSE', 'link_refused', 'success', null],
  ['VENDOR_BAD_RESPONSE', 'content_coding', 'failure', null],
  ['VENDOR_BAD_RESPONSE', 'contract', 'failure', null],
  ['VENDOR_REJECTED', 'unsendable', 'success', null],
])('classifies %s, %s as %s for the circuit breaker, with retry reason %s', (code, reason, outcome, retry) => {
  const error = vendorError(TARGET, code, { reason });
  expect([breakerOutcome(error), retryReason(error)]).toEqual([outcome, retry]);
});

test('classifies a call without an error as a success', () => {
  expect(breakerOutcome(null)).toBe('success');
});
