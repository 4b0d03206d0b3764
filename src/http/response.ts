import type { ZodType } from 'zod';
import { type CallTarget, VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { VendorResponse } from './types.ts';
import { extractVendorMessage } from './vendor-message.ts';

/** Maps a status to an error code; null for success. Redirects are never followed: they would forward credentials. */
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
  VENDOR_TIMEOUT: 'The vendor did not respond in time',
  VENDOR_RATE_LIMITED: 'The vendor’s rate limit is exceeded',
  VENDOR_AUTH_FAILED: 'The vendor rejected the account’s credentials',
  VENDOR_REJECTED: 'The vendor rejected the request',
  VENDOR_BAD_RESPONSE: 'Unexpected response from the vendor',
  NOT_FOUND: 'Not found at the vendor',
};

/** Creates a VendorError with the gateway's message, followed by the vendor's own message where that may be shown. */
export function vendorError(
  target: CallTarget,
  code: VendorErrorCode,
  details: { reason?: string; status?: number; retryAfterSeconds?: number; vendorMessage?: string | null } = {},
): VendorError {
  const status = details.status === undefined ? '' : ` (HTTP ${details.status})`;
  const suffix = details.vendorMessage ? `: ${details.vendorMessage}` : '';
  return new VendorError(target, code, `${MESSAGES[code]}${status}${suffix}`, details);
}

/** Copies the error with another time to retry after. */
export function withRetryAfter(error: VendorError, retryAfterSeconds: number): VendorError {
  const { code, message, reason, status } = error;
  return new VendorError(error, code, message, {
    retryAfterSeconds,
    ...(reason !== null && { reason }),
    ...(status !== null && { status }),
  });
}

/** Converts a response to a VendorError by its status; null for 2xx. */
export function errorFromResponse(response: VendorResponse, target: CallTarget, now: number): VendorError | null {
  const code = errorCodeForStatus(response.status);
  if (code === null) return null;
  const retryAfter = parseRetryAfter(response.headers['retry-after'], now);
  return vendorError(target, code, {
    status: response.status,
    reason: code === 'VENDOR_BAD_RESPONSE' ? 'redirect' : `status_${response.status}`,
    // Only a 4xx body is about the request; a 5xx body exposes the vendor's internals.
    vendorMessage: response.status >= 400 && response.status < 500 ? extractVendorMessage(response.body) : null,
    ...(retryAfter !== null && { retryAfterSeconds: retryAfter }),
  });
}

/** Returns the response if its status is 2xx; throws the matching VendorError otherwise. */
export function assertOk(response: VendorResponse, target: CallTarget, now: number): VendorResponse {
  const error = errorFromResponse(response, target, now);
  if (error) throw error;
  return response;
}

/**
 * Like `assertOk`, for an endpoint that has no resource per agent: a 404 cannot mean that there is no such agent. The account or
 * its address is wrong.
 */
export function assertAccountOk(response: VendorResponse, target: CallTarget, now: number): VendorResponse {
  if (response.status !== 404) return assertOk(response, target, now);
  throw vendorError(target, 'VENDOR_REJECTED', {
    status: 404,
    reason: 'status_404',
    vendorMessage: extractVendorMessage(response.body),
  });
}

/** A body parsed as JSON. */
export interface JsonBody {
  readonly value: unknown;
}

/** Parses a body as JSON; null where it is none. */
export function parseJsonBody(body: Buffer): JsonBody | null {
  try {
    const text = body.toString('utf8');
    // Some servers send a byte order mark first, which JSON.parse rejects.
    return { value: JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as unknown };
  } catch {
    return null;
  }
}

/** Parses the body as JSON of this schema; throws VENDOR_BAD_RESPONSE otherwise (a login page, a cut body, a missing field). */
export function parseJson<T>(response: VendorResponse, schema: ZodType<T>, target: CallTarget): T {
  return validateJson(parseJsonBody(response.body), schema, target);
}

/** Like `parseJson`, for a body that is parsed already. */
export function validateJson<T>(body: JsonBody | null, schema: ZodType<T>, target: CallTarget): T {
  if (!body) throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'malformed_json' });
  const result = schema.safeParse(body.value);
  if (!result.success) throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'contract' });
  return result.data;
}
