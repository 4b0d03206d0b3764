import type { ZodType } from 'zod';
import { type CallTarget, VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { VendorResponse } from './types.ts';
import { extractVendorMessage } from './vendor-message.ts';

/** The code that a status amounts to; null for success. Redirects are never followed: they would carry credentials along. */
export function errorCodeForStatus(status: number): VendorErrorCode | null {
  if (status >= 200 && status < 300) return null;
  if (status === 401 || status === 403) return 'VENDOR_AUTH_FAILED';
  if (status === 404) return 'NOT_FOUND';
  if (status === 429) return 'VENDOR_RATE_LIMITED';
  if (status >= 500) return 'VENDOR_UNAVAILABLE';
  return status >= 400 ? 'VENDOR_REJECTED' : 'VENDOR_BAD_RESPONSE';
}

const MESSAGES: Readonly<Record<VendorErrorCode, string>> = {
  VENDOR_UNAVAILABLE: 'The vendor is unavailable',
  VENDOR_TIMEOUT: 'The vendor did not answer in time',
  VENDOR_RATE_LIMITED: 'The vendor’s rate limit is exceeded',
  VENDOR_AUTH_FAILED: 'The vendor refused the account’s credentials',
  VENDOR_REJECTED: 'The vendor rejected the request',
  VENDOR_BAD_RESPONSE: 'The vendor’s answer is not what its documentation promises',
  NOT_FOUND: 'The vendor knows no such thing',
};

/** A VendorError in the gateway's words, with the vendor's own message behind it where that is fit to be shown. */
export function vendorError(
  target: CallTarget,
  code: VendorErrorCode,
  details: { reason?: string; status?: number; retryAfterSeconds?: number; vendorMessage?: string | null } = {},
): VendorError {
  const status = details.status === undefined ? '' : ` (HTTP ${details.status})`;
  const suffix = details.vendorMessage ? `: ${details.vendorMessage}` : '';
  return new VendorError(target, code, `${MESSAGES[code]}${status}${suffix}`, details);
}

/** The same error, but for when to come back. */
export function withRetryAfter(error: VendorError, retryAfterSeconds: number): VendorError {
  const { code, message, reason, status } = error;
  return new VendorError(error, code, message, {
    retryAfterSeconds,
    ...(reason !== null && { reason }),
    ...(status !== null && { status }),
  });
}

/** The VendorError that a reply amounts to by its status; null for a good one. */
export function errorFromResponse(response: VendorResponse, target: CallTarget, now: number): VendorError | null {
  const code = errorCodeForStatus(response.status);
  if (code === null) return null;
  const retryAfter = parseRetryAfter(response.headers['retry-after'], now);
  return vendorError(target, code, {
    status: response.status,
    reason: code === 'VENDOR_BAD_RESPONSE' ? 'redirect' : `status_${response.status}`,
    // Only a 4xx says something about the request; a 5xx body is the vendor's inner life.
    vendorMessage: response.status >= 400 && response.status < 500 ? extractVendorMessage(response.body) : null,
    ...(retryAfter !== null && { retryAfterSeconds: retryAfter }),
  });
}

/** The reply itself when its status is 2xx; else the VendorError that it amounts to is thrown. */
export function assertOk(response: VendorResponse, target: CallTarget, now: number): VendorResponse {
  const error = errorFromResponse(response, target, now);
  if (error) throw error;
  return response;
}

/** The body as JSON of the promised form; VENDOR_BAD_RESPONSE when it is not (a login page, a cut body, a missing field). */
export function parseJson<T>(response: VendorResponse, schema: ZodType<T>, target: CallTarget): T {
  const badResponse = (reason: string) => vendorError(target, 'VENDOR_BAD_RESPONSE', { reason });
  let body: unknown;
  try {
    // Some servers put a byte order mark first, which JSON.parse refuses.
    body = JSON.parse(response.body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw badResponse('malformed_json');
  }
  const result = schema.safeParse(body);
  if (!result.success) throw badResponse('contract');
  return result.data;
}
