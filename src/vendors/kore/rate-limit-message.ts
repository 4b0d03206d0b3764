import type { CallTarget, VendorError } from '../../domain/vendor-error.ts';
import type { VendorResponse } from '../../http/types.ts';
import { vendorError } from '../../http/response.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
import { extractVendorMessage } from '../../http/vendor-message.ts';
import { MAX_SCANNED_BYTES, rewriteErrorBody } from '../redact.ts';

// https://docs.kore.ai/xo/apis/automation/rate-limit-ccai/ and https://community.kore.ai/t/3638 give the sentences, but
// neither the status nor the form they come in.
const RATE_LIMIT_SENTENCES = [
  { words: /^you['’]ve exceeded the per-minute rate limit/i, seconds: 60 },
  { words: /^you['’]ve exceeded the hourly rate limit/i, seconds: 3600 },
  { words: /^rate limit for this api has been reached/i, seconds: null },
];

/**
 * VENDOR_RATE_LIMITED for an answer that says so in words, whatever its status: in a field that holds messages, or as plain
 * text; null for any other. Without a Retry-After header the wait is at most the minute or hour that the limit is for. What is
 * long is data, and not looked through.
 * Nothing of the answer but these words is passed on: what stands behind them may quote a token, or be HTML.
 */
export function rateLimitError(response: VendorResponse, target: CallTarget, now: number): VendorError | null {
  const head = response.body.subarray(0, MAX_SCANNED_BYTES);
  const text = extractVendorMessage(head) ?? head.toString('utf8', 0, 200).trim();
  const sentences = RATE_LIMIT_SENTENCES.map(({ words, seconds }) => ({
    said: words.exec(text)?.[0] ?? null,
    seconds,
  }));
  const sentence = sentences.find(({ said }) => said !== null);
  if (!sentence) return null;
  const seconds = parseRetryAfter(response.headers['retry-after'], now) ?? sentence.seconds;
  return vendorError(target, 'VENDOR_RATE_LIMITED', {
    status: response.status,
    reason: 'sentence',
    vendorMessage: sentence.said,
    ...(seconds !== null && { retryAfterSeconds: seconds }),
  });
}

// It begins where the word begins that holds `eyJ`: begun at each `eyJ`, a word made of them would be read as often as it has
// some.
const TOKEN_PATTERN = /(?<![\w-])(?=[\w-]*eyJ)[\w-]+\.[\w-]*\.[\w.-]*/g;

/** An error reply without any token that it quotes: ours would let whoever reads it ask the vendor. */
export function redactTokens(response: VendorResponse): VendorResponse {
  return rewriteErrorBody(response, redactTokensInText);
}

/** The text with a placeholder for each token, and for the word that it stands in or at the end of. */
export function redactTokensInText(text: string): string {
  return text.replace(TOKEN_PATTERN, '[token]');
}
