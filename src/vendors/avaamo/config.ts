import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { accountBaseSchema } from '../../config/account.ts';
import { createHeadersSchema } from '../../config/request-headers.ts';
import { type Secret, secretSchema } from '../../config/secret.ts';

export const config = accountBaseSchema
  .extend({
    vendor: z.literal('avaamo'),
    // It authenticates.
    headers: createHeadersSchema(['access-token']),
    /** A user access token (Settings → Users) whose owner may at least view the bots; not a bot's own token. */
    accessToken: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
      .pipe(secretSchema),
  })
  // Only the token identifies the account's owner: companies may share a host, and a Redis.
  .transform((accountConfig) => ({ ...accountConfig, owner: ownerFingerprint(accountConfig.accessToken) }));
export type AvaamoConfig = z.infer<typeof config>;

function ownerFingerprint(token: Secret): string {
  return createHmac('sha256', token.reveal()).update('switchboard avaamo owner').digest('base64url');
}
