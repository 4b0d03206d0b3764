import { z } from 'zod';
import { accountBaseSchema, discoverTimeoutMsSchema } from '../../config/account.ts';
import { naming } from '../../config/named-value.ts';
import { secretSchema } from '../../config/secret.ts';

const MIB = 1024 * 1024;

/** A host name, or `*.` and a domain for every host below it. */
const hostPatternSchema = z
  .string()
  .toLowerCase()
  .regex(
    /^(?:\*\.(?=[^.]+\.))?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
    naming('must be a host name such as files.example.com, or *.example.com for every host under it'),
  );

export const config = accountBaseSchema.extend({
  vendor: z.literal('liveperson'),
  /** The account's number, as in the path of the API's URLs. */
  accountId: z.string().regex(/^[A-Za-z0-9_]{1,20}$/, naming('must be 1 to 20 letters, digits or underscores')),
  /** The API key's app key. */
  consumerKey: z.string().min(1),
  /** The API key's app secret. */
  consumerSecret: secretSchema,
  /** The API key's access token. Only its secret proves the permission that it names; it is kept secret nevertheless. */
  accessToken: secretSchema,
  /** The API key's access token secret. */
  accessTokenSecret: secretSchema,
  /** Further hosts that file links may name, besides those that `baseUrl` admits. */
  fileHosts: z.array(hostPatternSchema).default([]),
  /** Whether to discover agents that only LivePerson names. */
  discover: z.boolean().default(true),
  /** How long a query, or readiness, waits for a discovery, in milliseconds; a query never longer than half of its deadline. */
  discoverTimeoutMs: discoverTimeoutMsSchema,
  /** Discovery reads the files generated in these last hours. */
  discoverHours: z.number().int().min(1).max(720).default(48),
  /** The expected maximum of a session; its events are written when it is over. */
  longestSessionHours: z.number().int().min(1).max(168).default(24),
  /** The time from the end of a session until its events are in a file: 6 hours for 99.5 %, according to the vendor. */
  settleHours: z.number().int().min(0).max(168).default(6),
  /** How far before the range files are read, for an account whose sessions are written in parts. */
  lookBackHours: z.number().int().min(0).max(168).default(0),
  /**
   * The longest range of one list call; a longer one takes several. The vendor documents no limit; a week is known to work, because
   * the Singer tap for LivePerson uses it.
   */
  listWindowHours: z.number().int().min(1).max(720).default(168),
  /** The vendor's retention of files. */
  retentionDays: z.number().int().min(1).max(366).default(30),
  /** The maximum of bytes of a file, inflated or not. */
  maxFileBytes: z
    .number()
    .int()
    .min(MIB)
    .default(256 * MIB),
  /** Whether documents of the same form as an earlier one are read by its pattern instead of JSON.parse; affects only the speed. */
  patterns: z.boolean().default(true),
});
export type LivePersonConfig = z.infer<typeof config>;
