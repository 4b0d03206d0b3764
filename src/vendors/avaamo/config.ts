import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { accountBase } from '../../config/account.ts';
import { type Secret, secret } from '../../config/secret.ts';

export const config = accountBase
  .extend({
    vendor: z.literal('avaamo'),
    /** A user access token (Settings → Users), whose owner may at least view the bots; not a bot's own token. */
    accessToken: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
      .pipe(secret),
  })
  // Nothing but the token tells whose account it is: companies may share a host, and a Redis.
  .transform((entry) => ({ ...entry, owner: digestOf(entry.accessToken) }));
export type AvaamoConfig = z.infer<typeof config>;

function digestOf(token: Secret): string {
  return createHmac('sha256', token.reveal()).update('switchboard avaamo owner').digest('base64url');
}
