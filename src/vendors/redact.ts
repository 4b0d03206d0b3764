import type { AccountConfig } from '../config/account.ts';
import type { Secret } from '../config/secret.ts';
import type { VendorResponse } from '../http/types.ts';

/** A shorter value says nothing by itself, and its replacement would spoil other words of a message. */
const MIN_SECRET_HEADER_LENGTH = 6;

/** Returns the values of the account's extra headers that may be credentials. */
export function headerSecrets({ headers }: Pick<AccountConfig, 'headers'>): readonly Secret[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    name !== 'user-agent' && value.reveal().length >= MIN_SECRET_HEADER_LENGTH ? [value] : [],
  );
}

const PLACEHOLDER = '[secret]';

/** The most bytes of a body that are searched. A vendor's error message takes about a hundredth of it. */
export const MAX_SCANNED_BYTES = 64 * 1024;

/**
 * Redacts the account's secrets in an error response: some servers quote the request ("invalid token abc…"), and the gateway
 * returns their message to its callers. Responses of other statuses are unchanged.
 */
export function redactSecrets(response: VendorResponse, secrets: readonly Secret[]): VendorResponse {
  return rewriteErrorBody(response, (text) =>
    secrets
      .flatMap((secret) => encodings(secret.reveal()))
      .reduce((rest, encoding) => rest.replaceAll(encoding, PLACEHOLDER), text),
  );
}

/**
 * Rewrites the body of an error response; responses of other statuses are unchanged. A long body is cut first. It is then no
 * longer valid JSON, so a secret that the cut splits is not returned either.
 */
export function rewriteErrorBody(response: VendorResponse, rewrite: (text: string) => string): VendorResponse {
  if (response.status < 400) return response;
  return {
    ...response,
    body: Buffer.from(rewrite(removeNeedlessEscapes(response.body.toString('utf8', 0, MAX_SCANNED_BYTES)))),
  };
}

/**
 * The same JSON without unnecessary escapes. Some servers escape every slash, plus or non-ASCII character, which would
 * spell a secret differently.
 */
function removeNeedlessEscapes(json: string): string {
  return json.replace(/\\(u[\da-f]{4}|.)/gi, (sequence, escape: string) => {
    if (escape === '/') return '/';
    const code = escape.length > 1 ? Number.parseInt(escape.slice(1), 16) : 0;
    if (code < 0x20) return sequence;
    const letter = String.fromCharCode(code);
    return letter === '"' || letter === '\\' ? `\\${letter}` : letter;
  });
}

/** The spellings of a text in a JSON body: unchanged, JSON-escaped, or encoded as in a URL or a form. */
function encodings(text: string): readonly string[] {
  const encoded = [encodeURIComponent(text), new URLSearchParams([['', text]]).toString().slice(1)];
  const lowerCase = encoded.map((encoding) => encoding.replace(/%../g, (byte) => byte.toLowerCase()));
  return [text, JSON.stringify(text).slice(1, -1), ...encoded, ...lowerCase];
}
