import { z } from 'zod';
import { accountBaseSchema } from '../../config/account.ts';
import { secretSchema } from '../../config/secret.ts';

const MIB = 1024 * 1024;

/** A host name, or `*.` and a domain for every host under it. */
const hostPatternSchema = z
  .string()
  .toLowerCase()
  .regex(
    /^(?:\*\.(?=[^.]+\.))?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
    'must be a host name such as files.example.com, or *.example.com for every host under it',
  );

export const config = accountBaseSchema.extend({
  vendor: z.literal('liveperson'),
  /** The account's number, as in the path of the API's addresses. */
  accountId: z.string().regex(/^[A-Za-z0-9_]{1,20}$/, 'must be 1 to 20 letters, digits or underscores'),
  /** The API key's app key. */
  consumerKey: z.string().min(1),
  /** The API key's app secret. */
  consumerSecret: secretSchema,
  /** The API key's access token: it names a permission, and the secret beside it proves it. Kept secret all the same. */
  accessToken: secretSchema,
  /** The API key's access token secret. */
  accessTokenSecret: secretSchema,
  /** Hosts that file links may name beside those that `baseUrl` admits. */
  fileHosts: z.array(hostPatternSchema).default([]),
  /** Whether agents that only LivePerson names are to be found. */
  discover: z.boolean().default(true),
  /** Agents are looked for in the files that the last so many hours brought. */
  discoverHours: z.number().int().min(1).max(720).default(48),
  /** No session is expected to last longer; a session's events are written when it is over. */
  longestSessionHours: z.number().int().min(1).max(168).default(24),
  /** How long after the end of a session its events may take to be in a file: 6 hours for 99.5 % by the vendor's word. */
  settleHours: z.number().int().min(0).max(168).default(6),
  /** How much earlier files are read than the range begins, for an account whose sessions are written in pieces. */
  lookBackHours: z.number().int().min(0).max(168).default(0),
  /** For how long the vendor keeps a file. */
  retentionDays: z.number().int().min(1).max(366).default(30),
  /** The most bytes that a file may unfold to. */
  maxFileBytes: z
    .number()
    .int()
    .min(MIB)
    .default(256 * MIB),
  /** Whether documents that look like the one before are read by its pattern instead of a parser; only a matter of speed. */
  patterns: z.boolean().default(true),
});
export type LivePersonConfig = z.infer<typeof config>;
