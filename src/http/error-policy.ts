import type { VendorError } from '../domain/vendor-error.ts';
import type { RetryReason } from './ports.ts';
import type { CallOutcome } from './circuit-breaker.ts';

/** What a call's trouble (null: none) says about the endpoint: a refusal is as good as an answer. */
export function breakerOutcome(error: VendorError | null): CallOutcome {
  switch (error?.code) {
    case 'VENDOR_UNAVAILABLE':
      return 'failure';
    case 'VENDOR_TIMEOUT':
      // Whoever did not wait for the answer has learnt nothing.
      return error.reason === 'cancelled' ? 'ignored' : 'failure';
    case 'VENDOR_BAD_RESPONSE':
      return error.reason === 'truncated' || error.reason === 'malformed_http' ? 'failure' : 'success';
    case 'VENDOR_RATE_LIMITED':
      // The account's gate sees to that.
      return 'ignored';
    default:
      return 'success';
  }
}

/**
 * Why the same call may well succeed in a moment; null when it will not. A timeout is not tried again: it has used up the
 * caller's patience, and a vendor that is slow under its load needs no more of it.
 */
export function retryReason(error: VendorError): RetryReason | null {
  if (error.code === 'VENDOR_RATE_LIMITED') return error.retryAfterSeconds === null ? null : 'status_429';
  if (error.status !== null) return error.status >= 500 ? 'status_5xx' : null;
  switch (error.reason) {
    case 'connect':
    case 'reset':
    case 'dns_temporary':
    case 'truncated':
      return error.reason;
    default:
      return null;
  }
}
