import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { accountBaseSchema } from '../../config/account.ts';
import { naming } from '../../config/named-value.ts';
import { type Secret, secretSchema } from '../../config/secret.ts';
import { pathSegmentProblem } from '../endpoint-url.ts';

const DEFAULT_PATH = '/v0/{accountKey}/agents/{agentId}/latestInteractions';

/** A path below `baseUrl` in which whole segments stand for the account key and the agent's id. */
const pathTemplateSchema = z
  .string()
  .regex(/^(\/([A-Za-z0-9._~-]+|\{accountKey\}|\{agentId\}))+$/, naming(`must be a path such as ${DEFAULT_PATH}`))
  .refine((path) => path.includes('{agentId}'), naming('must contain {agentId}'))
  .refine(
    (path) =>
      path
        .split('/')
        .slice(1)
        .every((segment) => pathSegmentProblem(segment) === null),
    naming('must not contain dot segments'),
  );

const accountSchema = accountBaseSchema.extend({
  vendor: z.literal('vonage'),
  /** The account's API key: a part of every path, and therefore treated as a secret. */
  accountKey: z
    .string()
    .refine((key) => pathSegmentProblem(key) === null, 'must be usable as a path segment')
    .pipe(secretSchema),
  clientId: z.string().min(1),
  clientSecret: secretSchema,
  /** OAuth 2 scopes, separated by spaces. No document names the scope of this endpoint; absent: none is requested. */
  scope: z.string().min(1).optional(),
  /** Absent: `/Auth/connect/token` below `baseUrl`. */
  tokenUrl: accountBaseSchema.shape.baseUrl.optional(),
  /** Where the token request carries the credentials: `body` as in Vonage's documents, `basic` as in its Node sample. */
  credentialsIn: z.enum(['body', 'basic']).default('body'),
  /** The version of the response format. Version 2 is documented as a plan. */
  apiVersion: z.union([z.literal(1), z.literal(2)]).default(1),
  /** The endpoint's path. The document's URI and its samples differ, and every version is called `v0`. */
  path: pathTemplateSchema.default(DEFAULT_PATH),
});

// Only the key identifies the account: companies share a host, and may share a Redis.
export const config = accountSchema.transform((accountConfig) => ({
  ...accountConfig,
  owner: ownerFingerprint(accountConfig.accountKey),
}));
export type VonageConfig = z.infer<typeof config>;

function ownerFingerprint(accountKey: Secret): string {
  return createHmac('sha256', accountKey.reveal()).update('switchboard vonage owner').digest('base64url');
}
