import { z } from 'zod';
import { accountBaseSchema } from '../../config/account.ts';
import { secretSchema } from '../../config/secret.ts';
import { pathSegmentProblem } from '../endpoint-url.ts';

export const config = accountBaseSchema.extend({
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
});
export type VonageConfig = z.infer<typeof config>;
