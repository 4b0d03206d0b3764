import { z } from 'zod';
import { accountBaseSchema, discoverTimeoutMsSchema } from '../../config/account.ts';
import { naming } from '../../config/named-value.ts';
import { createHeadersSchema } from '../../config/request-headers.ts';
import { secretSchema } from '../../config/secret.ts';
import { DEFAULT_MAX_PAGES, MAX_PAGES_OF_ALL_WINDOWS } from './pagination.ts';

/** The number of UTC days that the longest time range (31 days and 2 hours, from 23:00 to 01:00) touches. */
const MAX_QUERY_DAYS = 33;

export const config = accountBaseSchema.extend({
  vendor: z.literal('kore'),
  // The first authenticates, the second names the app.
  headers: createHeadersSchema(['auth', 'iid']),
  /** The account's id, as in the path of the API's URLs. */
  accountId: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, naming('must be letters, digits, dots, dashes or underscores')),
  /** The stream (application) id, `st-…`; sent as the header `iId`. */
  streamId: z.string().regex(/^[\x21-\x7e]+$/, naming('must be printable ASCII without spaces')),
  /** The API app's client id, `cs-…`. */
  clientId: z.string().min(1),
  /** The API app's client secret, with which the gateway signs its tokens. */
  clientSecret: secretSchema,
  /**
   * The version of the endpoint: 3 adds `/v3` to the path of 1. Version 2 is not supported: it takes times instead of days, and
   * no document shows its response.
   */
  apiVersion: z.union([z.literal(1), z.literal(3)]).default(1),
  /** Whether to discover agents that the configuration does not list. */
  discover: z.boolean().default(true),
  /** How long a query, or readiness, waits for a discovery, in milliseconds; a query never longer than half of its deadline. */
  discoverTimeoutMs: discoverTimeoutMsSchema,
  /** Discovery covers the UTC days that the last `discoverHours` touch; absent: the current UTC day. */
  discoverHours: z.number().int().min(1).max(744).optional(),
  /** The longest window of days of one call. The vendor documents no limit for this endpoint. */
  maxDaysPerCall: z.number().int().min(1).max(366).default(MAX_QUERY_DAYS),
  /**
   * The most pages of 50 agents that a discovery, or a look-up by userId, reads; an account with more agents is PARTIAL. Each query that
   * may need them is planned with as many calls.
   */
  maxPages: z.number().int().min(1).max(MAX_PAGES_OF_ALL_WINDOWS).default(DEFAULT_MAX_PAGES),
  /** The signing algorithm of tokens, as set for the API app. */
  algorithm: z.enum(['HS256', 'HS512']).default('HS256'),
  /** The claim `sub` of tokens; it has no meaning to the vendor. */
  tokenSubject: z.string().min(1).default('switchboard'),
  /** Adds the claims `iat` and `exp` to tokens; absent: neither, as in the vendor's own sample. */
  tokenLifetimeSeconds: z.number().int().min(1).max(86_400).optional(),
  /** Adds a unique `jti` to every token, which apps with "Enforce JTI" require. */
  tokenId: z.boolean().default(false),
});
export type KoreConfig = z.infer<typeof config>;
