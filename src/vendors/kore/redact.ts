import type { VendorResponse } from '../../http/types.ts';
import { rewriteErrorBody } from '../redact.ts';

// A match starts at the beginning of the word that contains `eyJ`. Starting at each `eyJ` would read a word made of them
// once per occurrence, which is quadratic.
const TOKEN_PATTERN = /(?<![\w-])(?=[\w-]*eyJ)[\w-]+\.[\w-]*\.[\w.-]*/g;

/** Redacts every token that an error response quotes: with the gateway's token, any reader could call the vendor. */
export function redactTokens(response: VendorResponse): VendorResponse {
  return rewriteErrorBody(response, redactTokensInText);
}

/** The text with a placeholder for each token, together with the word that the token is part of or ends. */
export function redactTokensInText(text: string): string {
  return text.replace(TOKEN_PATTERN, '[token]');
}
