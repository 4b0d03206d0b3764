import type { Instant } from '../../domain/clock.ts';
import type { CallTarget, VendorError } from '../../domain/vendor-error.ts';
import { type JsonBody, vendorError } from '../../http/response.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
import type { VendorResponse } from '../../http/types.ts';
import { extractMessageOf } from '../../http/vendor-message.ts';
import { MAX_SCANNED_BYTES } from '../redact.ts';

// https://docs.kore.ai/xo/apis/automation/rate-limit-ccai/ and https://community.kore.ai/t/3638 give the sentences, but
// neither the status nor the format of the response.
const RATE_LIMIT_SENTENCES = [
  { pattern: /^you['\u2019]ve exceeded the per-minute rate limit/i, waitSeconds: 60 },
  { pattern: /^you['\u2019]ve exceeded the hourly rate limit/i, waitSeconds: 3600 },
  { pattern: /^rate limit for this api has been reached/i, waitSeconds: null },
];

/**
 * Returns VENDOR_RATE_LIMITED for a response that states a rate limit in words, whatever its status: in a message field, or
 * as plain text. Returns null for any other. Without a Retry-After header, the wait is at most the minute or hour of the
 * limit. A long body is data; only its beginning is searched. `json` is the response's body.
 *
 * Of the response, only the matched words are passed on: the text after them may quote a token, or be HTML.
 */
export function rateLimitError(
  response: VendorResponse,
  json: JsonBody | null,
  target: CallTarget,
  now: Instant,
): VendorError | null {
  const message = json && response.body.length <= MAX_SCANNED_BYTES ? extractMessageOf(json.value) : null;
  const text = message ?? response.body.toString('utf8', 0, 200).trim();
  for (const { pattern, waitSeconds } of RATE_LIMIT_SENTENCES) {
    const [vendorMessage = null] = pattern.exec(text) ?? [];
    if (vendorMessage === null) continue;
    const retryAfterSeconds = parseRetryAfter(response.headers['retry-after'], now) ?? waitSeconds;
    return vendorError(target, 'VENDOR_RATE_LIMITED', {
      status: response.status,
      reason: 'sentence',
      vendorMessage,
      ...(retryAfterSeconds !== null && { retryAfterSeconds }),
    });
  }
  return null;
}
