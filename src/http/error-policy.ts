import type { VendorError } from '../domain/vendor-error.ts';
import type { CallOutcome } from './circuit-breaker.ts';
import type { RetryReason } from './ports.ts';

/**
 * Bad responses that say something about the endpoint: no answer to any request would be usable. A damaged file has reasons of its
 * own (`file_malformed`, `file_truncated`, `corrupt`, `zip`, `too_large`, `link_refused`), which are not among them: it says nothing
 * about the other files. A bad record within a body is dropped and does not fail the call.
 */
const BROKEN_ENDPOINT_REASONS: ReadonlySet<string> = new Set([
  'truncated',
  'malformed_http',
  'redirect',
  'content_coding',
  'malformed_json',
  'contract',
]);

/** Returns what a call's error (null: success) means for the circuit breaker: a rejected request shows a healthy endpoint. */
export function breakerOutcome(error: VendorError | null): CallOutcome {
  switch (error?.code) {
    case 'VENDOR_UNAVAILABLE':
      // An idle connection that the vendor closed says nothing about the endpoint's health.
      return error.reason === 'stale_connection' ? 'ignored' : 'failure';
    case 'VENDOR_TIMEOUT':
      // A cancelled call says nothing about the endpoint's health.
      return error.reason === 'cancelled' ? 'ignored' : 'failure';
    case 'VENDOR_BAD_RESPONSE':
      return BROKEN_ENDPOINT_REASONS.has(error.reason ?? '') ? 'failure' : 'success';
    case 'VENDOR_RATE_LIMITED':
      // Handled by the account's Retry-After gate.
      return 'ignored';
    default:
      return 'success';
  }
}

/**
 * Returns why the same call is likely to succeed shortly; null when it is not. A timeout is not retried: it has used up the
 * caller's time, and a vendor that is slow under load needs no more load.
 */
export function retryReason(error: VendorError): RetryReason | null {
  if (error.code === 'VENDOR_RATE_LIMITED') return error.retryAfterSeconds === null ? null : 'status_429';
  if (error.status !== null) return error.status >= 500 ? 'status_5xx' : null;
  switch (error.reason) {
    case 'connect':
    case 'reset':
    case 'stale_connection':
    case 'dns_temporary':
    case 'truncated':
    case 'proxy':
    case 'proxy_upstream':
      return error.reason;
    default:
      return null;
  }
}
