import type { CallTarget, VendorError } from '../../domain/vendor-error.ts';
import type { VendorReply } from '../../http/call.ts';
import { vendorError } from '../../http/reply.ts';
import { retryAfterSeconds } from '../../http/retry-after.ts';
import { vendorText } from '../../http/vendor-text.ts';
import { MAX_WORDS_BYTES, reworded } from '../redact.ts';

// https://docs.kore.ai/xo/apis/automation/rate-limit-ccai/ and https://community.kore.ai/t/3638 give the sentences, but
// neither the status nor the form they come in.
const SENTENCES = [
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
export function rateLimitError(reply: VendorReply, target: CallTarget, now: number): VendorError | null {
  const beginning = reply.body.subarray(0, MAX_WORDS_BYTES);
  const text = vendorText(beginning) ?? beginning.toString('utf8', 0, 200).trim();
  const sentences = SENTENCES.map(({ words, seconds }) => ({ said: words.exec(text)?.[0] ?? null, seconds }));
  const sentence = sentences.find(({ said }) => said !== null);
  if (!sentence) return null;
  const seconds = retryAfterSeconds(reply.headers['retry-after'], now) ?? sentence.seconds;
  return vendorError(target, 'VENDOR_RATE_LIMITED', {
    status: reply.status,
    reason: 'sentence',
    said: sentence.said,
    ...(seconds !== null && { retryAfterSeconds: seconds }),
  });
}

// It begins where the word begins that holds `eyJ`: begun at each `eyJ`, a word made of them would be read as often as it has
// some.
const TOKEN = /(?<![\w-])(?=[\w-]*eyJ)[\w-]+\.[\w-]*\.[\w.-]*/g;

/** An error reply without any token that it quotes: ours would let whoever reads it ask the vendor. */
export function withoutTokens(reply: VendorReply): VendorReply {
  return reworded(reply, hideTokens);
}

/** The text with a placeholder for each token, and for the word that it stands in or at the end of. */
export function hideTokens(text: string): string {
  return text.replace(TOKEN, '[token]');
}
