import type { ZodType } from 'zod';
import { type CallTarget, VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import { retryAfterSeconds } from './retry-after.ts';
import type { VendorReply } from './call.ts';
import { vendorText } from './vendor-text.ts';

/** The code that a status amounts to; null for success. Redirects are never followed: they would carry credentials along. */
export function codeOfStatus(status: number): VendorErrorCode | null {
  if (status >= 200 && status < 300) return null;
  if (status === 401 || status === 403) return 'VENDOR_AUTH_FAILED';
  if (status === 404) return 'NOT_FOUND';
  if (status === 429) return 'VENDOR_RATE_LIMITED';
  if (status >= 500) return 'VENDOR_UNAVAILABLE';
  return status >= 400 ? 'VENDOR_REJECTED' : 'VENDOR_BAD_RESPONSE';
}

const SENTENCES: Readonly<Record<VendorErrorCode, string>> = {
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
  details: { reason?: string; status?: number; retryAfterSeconds?: number; said?: string | null } = {},
): VendorError {
  const status = details.status === undefined ? '' : ` (HTTP ${details.status})`;
  const said = details.said ? `: ${details.said}` : '';
  return new VendorError(target, code, `${SENTENCES[code]}${status}${said}`, details);
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
export function troubleOf(reply: VendorReply, target: CallTarget, now: number): VendorError | null {
  const code = codeOfStatus(reply.status);
  if (code === null) return null;
  const retryAfter = retryAfterSeconds(reply.headers['retry-after'], now);
  return vendorError(target, code, {
    status: reply.status,
    reason: code === 'VENDOR_BAD_RESPONSE' ? 'redirect' : `status_${reply.status}`,
    // Only a 4xx says something about the request; a 5xx body is the vendor's inner life.
    said: reply.status >= 400 && reply.status < 500 ? vendorText(reply.body) : null,
    ...(retryAfter !== null && { retryAfterSeconds: retryAfter }),
  });
}

/** The reply itself when its status is 2xx; else the VendorError that it amounts to is thrown. */
export function requireOk(reply: VendorReply, target: CallTarget, now: number): VendorReply {
  const trouble = troubleOf(reply, target, now);
  if (trouble) throw trouble;
  return reply;
}

/** The body as JSON of the promised form; VENDOR_BAD_RESPONSE when it is not (a login page, a cut body, a missing field). */
export function readJson<T>(reply: VendorReply, form: ZodType<T>, target: CallTarget): T {
  const bad = (reason: string) => vendorError(target, 'VENDOR_BAD_RESPONSE', { reason });
  let body: unknown;
  try {
    // Some servers put a byte order mark first, which JSON.parse refuses.
    body = JSON.parse(reply.body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw bad('malformed_json');
  }
  const result = form.safeParse(body);
  if (!result.success) throw bad('contract');
  return result.data;
}
