import type { VendorName } from './account.ts';

export type VendorErrorCode =
  | 'VENDOR_UNAVAILABLE'
  | 'VENDOR_TIMEOUT'
  | 'VENDOR_RATE_LIMITED'
  | 'VENDOR_AUTH_FAILED'
  | 'VENDOR_REJECTED'
  | 'VENDOR_BAD_RESPONSE'
  | 'NOT_FOUND';

/** The target of a call. */
export interface CallTarget {
  readonly vendor: VendorName;
  /** The account's name. */
  readonly account: string;
  /** The last part of the endpoint's path. */
  readonly endpoint: string;
}

interface VendorErrorDetails {
  /** A more specific reason from a small fixed set, such as `malformed_json`. */
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
  /** The HTTP status of the vendor's response. */
  readonly status?: number;
}

/** Reasons for which the gateway itself has not sent a call. */
export const UNSENT_REASONS: ReadonlySet<string> = new Set([
  'circuit_open',
  'quota_local',
  'rate_gate',
  'bulkhead_full',
]);

const RETRYABLE_CODES: ReadonlySet<VendorErrorCode> = new Set([
  'VENDOR_UNAVAILABLE',
  'VENDOR_TIMEOUT',
  'VENDOR_RATE_LIMITED',
]);

/**
 * A failed vendor call, with the gateway's message. The message is returned to callers: it contains no secret, no stack and
 * nothing of the vendor's response except what `extractVendorMessage` allows.
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

  /** The same error with another message. */
  withMessage(message: string): VendorError {
    const { reason, retryAfterSeconds, status } = this;
    return new VendorError(this, this.code, message, {
      ...(reason !== null && { reason }),
      ...(retryAfterSeconds !== null && { retryAfterSeconds }),
      ...(status !== null && { status }),
    });
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return RETRYABLE_CODES.has(this.code);
  }
}

/** Creates an error that is reported as data and never thrown: its stack would cost several times as much as the rest. */
export function withoutStack<T extends Error>(create: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return create();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Whether the vendor responded that there is no such agent: a result rather than a failure. */
export function isNotFound(error: VendorError): boolean {
  return error.code === 'NOT_FOUND';
}
