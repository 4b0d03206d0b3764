import type { VendorError } from '../domain/vendor-error.ts';
import type { RetryReason } from '../observability/labels.ts';
import type { Health } from './breaker.ts';

/** What a call's trouble (null: none) says about the endpoint: a refusal is as good as an answer. */
export function healthOf(trouble: VendorError | null): Health {
  switch (trouble?.code) {
    case 'VENDOR_UNAVAILABLE':
      return 'ill';
    case 'VENDOR_TIMEOUT':
      // Whoever did not wait for the answer has learnt nothing.
      return trouble.reason === 'cancelled' ? 'neither' : 'ill';
    case 'VENDOR_BAD_RESPONSE':
      return trouble.reason === 'truncated' || trouble.reason === 'malformed_http' ? 'ill' : 'well';
    case 'VENDOR_RATE_LIMITED':
      // The account's gate sees to that.
      return 'neither';
    default:
      return 'well';
  }
}

/**
 * Why the same call may well succeed in a moment; null when it will not. A timeout is not tried again: it has used up the
 * caller's patience, and a vendor that is slow under its load needs no more of it.
 */
export function retryReason(trouble: VendorError): RetryReason | null {
  if (trouble.code === 'VENDOR_RATE_LIMITED') return trouble.retryAfterSeconds === null ? null : 'status_429';
  if (trouble.status !== null) return trouble.status >= 500 ? 'status_5xx' : null;
  switch (trouble.reason) {
    case 'connect':
    case 'reset':
    case 'dns_temporary':
    case 'truncated':
      return trouble.reason;
    default:
      return null;
  }
}
