import { z } from 'zod';
import { accountBaseSchema } from '../../config/account.ts';
import { secretSchema } from '../../config/secret.ts';

/** A UTC-day window of the longest question (31 days that begin at noon) touches this many days. */
const MAX_QUERY_DAYS = 32;

export const config = accountBaseSchema.extend({
  vendor: z.literal('kore'),
  /** The account's id, as in the path of the API's addresses. */
  accountId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be letters, digits, dots, dashes or underscores'),
  /** The stream (application) id, `st-…`; sent as the header `iId`. */
  streamId: z.string().regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces'),
  /** The API app's client id, `cs-…`. */
  clientId: z.string().min(1),
  /** The API app's client secret: the key that the gateway signs its tokens with. */
  clientSecret: secretSchema,
  /** Whether agents that only Kore names are to be found. */
  discover: z.boolean().default(true),
  /** Agents are looked for in the UTC days that the last so many hours touch; absent: the current UTC day. */
  discoverHours: z.number().int().min(1).max(744).optional(),
  /** The longest window of days asked for in one call. The vendor documents no limit for this endpoint. */
  maxDaysPerCall: z.number().int().min(1).max(366).default(MAX_QUERY_DAYS),
  /** How tokens are signed, as set for the API app. */
  algorithm: z.enum(['HS256', 'HS512']).default('HS256'),
  /** The tokens' claim `sub`; the vendor gives it no meaning. */
  tokenSubject: z.string().min(1).default('switchboard'),
  /** Gives tokens the claims `iat` and `exp`; absent: neither, as in the vendor's own sample. */
  tokenLifetimeSeconds: z.number().int().min(1).max(86_400).optional(),
  /** Gives every token a `jti` of its own, which apps with "Enforce JTI" demand. */
  tokenId: z.boolean().default(false),
});
export type KoreConfig = z.infer<typeof config>;
