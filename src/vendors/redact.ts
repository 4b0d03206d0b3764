import type { Secret } from '../config/secret.ts';
import type { VendorReply } from '../http/call.ts';

const PLACEHOLDER = '[secret]';

/** No more of a body is looked at for words. What a vendor has to say of an error takes a hundredth of it. */
export const MAX_WORDS_BYTES = 64 * 1024;

/**
 * An error reply without the account's secrets: some servers quote what they were sent ("invalid token abc…"), and a
 * caller of the gateway is shown their message. Replies of other statuses are left as they are.
 */
export function withoutSecrets(reply: VendorReply, secrets: readonly Secret[]): VendorReply {
  return reworded(reply, (text) =>
    secrets
      .flatMap((secret) => formsOf(secret.reveal()))
      .reduce((rest, form) => rest.replaceAll(form, PLACEHOLDER), text),
  );
}

/**
 * An error reply with other words; replies of other statuses are left as they are. A body that is too long is cut first,
 * and no JSON any more: a secret that the cut goes through is not shown either.
 */
export function reworded(reply: VendorReply, change: (text: string) => string): VendorReply {
  if (reply.status < 400) return reply;
  return { ...reply, body: Buffer.from(change(unescaped(reply.body.toString('utf8', 0, MAX_WORDS_BYTES)))) };
}

/**
 * The same JSON without the escapes that need not be: some servers write every slash, plus or letter beyond ASCII as one, in
 * which a secret would be told by another spelling.
 */
function unescaped(json: string): string {
  return json.replace(/\\(u[\da-f]{4}|.)/gi, (whole, escape: string) => {
    if (escape === '/') return '/';
    const code = escape.length > 1 ? Number.parseInt(escape.slice(1), 16) : 0;
    if (code < 0x20) return whole;
    const letter = String.fromCharCode(code);
    return letter === '"' || letter === '\\' ? `\\${letter}` : letter;
  });
}

/** A text as it can stand in a JSON body: as it is, escaped where it must be, or as it was in a URL or a form. */
function formsOf(text: string): readonly string[] {
  const coded = [encodeURIComponent(text), new URLSearchParams([['', text]]).toString().slice(1)];
  const lowerCase = coded.map((form) => form.replace(/%../g, (byte) => byte.toLowerCase()));
  return [text, JSON.stringify(text).slice(1, -1), ...coded, ...lowerCase];
}
