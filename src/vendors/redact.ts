import type { Secret } from '../config/secret.ts';
import type { VendorReply } from '../http/call.ts';

const PLACEHOLDER = '[secret]';

/**
 * An error reply without the account's secrets: some servers quote what they were sent ("invalid token abc…"), and a
 * caller of the gateway is shown their message. Replies of other statuses are left as they are.
 */
export function withoutSecrets(reply: VendorReply, secrets: readonly Secret[]): VendorReply {
  if (reply.status < 400) return reply;
  let text = reply.body.toString('utf8');
  for (const form of secrets.flatMap((secret) => formsOf(secret.reveal()))) text = text.replaceAll(form, PLACEHOLDER);
  return { ...reply, body: Buffer.from(text) };
}

/** A text as it can stand in a JSON body: as it is, escaped, or as it was in a URL or a form. */
function formsOf(text: string): readonly string[] {
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    new URLSearchParams([['', text]]).toString().slice(1),
  ];
}
