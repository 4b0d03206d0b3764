import { z } from 'zod';
import { accountBase } from '../../config/account.ts';
import { secret } from '../../config/secret.ts';

export const config = accountBase.extend({
  vendor: z.literal('avaamo'),
  /** A user access token (Settings → Users), whose owner may at least view the bots; not a bot's own token. */
  accessToken: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .pipe(secret),
});
export type AvaamoConfig = z.infer<typeof config>;
