import type { Secret } from '../config/secret.ts';
import type { VendorResponse } from '../http/types.ts';

const PLACEHOLDER = '[secret]';

/** No more of a body is looked at for words. What a vendor has to say of an error takes a hundredth of it. */
export const MAX_SCANNED_BYTES = 64 * 1024;

/**
 * An error reply without the account's secrets: some servers quote what they were sent ("invalid token abc…"), and a
 * caller of the gateway is shown their message. Replies of other statuses are left as they are.
 */
export function redactSecrets(response: VendorResponse, secrets: readonly Secret[]): VendorResponse {
  return rewriteErrorBody(response, (text) =>
    secrets
      .flatMap((secret) => encodings(secret.reveal()))
      .reduce((rest, encoding) => rest.replaceAll(encoding, PLACEHOLDER), text),
  );
}

/**
 * An error reply with other words; replies of other statuses are left as they are. A body that is too long is cut first,
 * and no JSON any more: a secret that the cut goes through is not shown either.
 */
export function rewriteErrorBody(response: VendorResponse, rewrite: (text: string) => string): VendorResponse {
  if (response.status < 400) return response;
  return {
    ...response,
    body: Buffer.from(rewrite(removeNeedlessEscapes(response.body.toString('utf8', 0, MAX_SCANNED_BYTES)))),
  };
}

/**
 * The same JSON without the escapes that need not be: some servers write every slash, plus or letter beyond ASCII as one, in
 * which a secret would be told by another spelling.
 */
function removeNeedlessEscapes(json: string): string {
  return json.replace(/\\(u[\da-f]{4}|.)/gi, (whole, escape: string) => {
    if (escape === '/') return '/';
    const code = escape.length > 1 ? Number.parseInt(escape.slice(1), 16) : 0;
    if (code < 0x20) return whole;
    const letter = String.fromCharCode(code);
    return letter === '"' || letter === '\\' ? `\\${letter}` : letter;
  });
}

/** A text as it can stand in a JSON body: as it is, escaped where it must be, or as it was in a URL or a form. */
function encodings(text: string): readonly string[] {
  const encoded = [encodeURIComponent(text), new URLSearchParams([['', text]]).toString().slice(1)];
  const lowerCase = encoded.map((encoding) => encoding.replace(/%../g, (byte) => byte.toLowerCase()));
  return [text, JSON.stringify(text).slice(1, -1), ...encoded, ...lowerCase];
}
