import type { VendorName } from './account.ts';

export type VendorErrorCode =
  | 'VENDOR_UNAVAILABLE'
  | 'VENDOR_TIMEOUT'
  | 'VENDOR_RATE_LIMITED'
  | 'VENDOR_AUTH_FAILED'
  | 'VENDOR_REJECTED'
  | 'VENDOR_BAD_RESPONSE'
  | 'NOT_FOUND';

/** Whom a call was for. */
export interface CallTarget {
  readonly vendor: VendorName;
  /** The account's name. */
  readonly account: string;
  /** The last part of the endpoint's path. */
  readonly endpoint: string;
}

interface VendorErrorDetails {
  /** A finer word for logs and metrics, from a small fixed set, such as `malformed_json`. */
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
  /** The HTTP status that the vendor answered with. */
  readonly status?: number;
}

const RETRYABLE_CODES: ReadonlySet<VendorErrorCode> = new Set([
  'VENDOR_UNAVAILABLE',
  'VENDOR_TIMEOUT',
  'VENDOR_RATE_LIMITED',
]);

/**
 * A vendor's failure, in our words. The message goes to the gateway's callers: it holds no secret, no stack and nothing of a
 * vendor's text except what `vendorText` let through.
 */
export class VendorError extends Error {
  override readonly name = 'VendorError';
  readonly code: VendorErrorCode;
  readonly vendor: VendorName;
  readonly account: string;
  readonly endpoint: string;
  readonly reason: string | null;
  readonly retryAfterSeconds: number | null;
  readonly status: number | null;

  constructor(target: CallTarget, code: VendorErrorCode, message: string, details: VendorErrorDetails = {}) {
    super(message);
    this.code = code;
    this.vendor = target.vendor;
    this.account = target.account;
    this.endpoint = target.endpoint;
    this.reason = details.reason ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
    this.status = details.status ?? null;
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return RETRYABLE_CODES.has(this.code);
  }
}

/** Whether a failure is an answer in disguise: the vendor was reached and knows no such agent. */
export function isNotFound(error: VendorError): boolean {
  return error.code === 'NOT_FOUND';
}
