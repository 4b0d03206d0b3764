import { z } from 'zod';
import { accountBaseSchema } from '../../config/account.ts';
import { secretSchema } from '../../config/secret.ts';
import { pathSegmentProblem } from '../endpoint-url.ts';

export const config = accountBaseSchema.extend({
  vendor: z.literal('vonage'),
  /** The account's API key: a part of every path, and best not shown around. */
  accountKey: z
    .string()
    .refine((key) => pathSegmentProblem(key) === null, 'must be fit to be a part of a path')
    .pipe(secretSchema),
  clientId: z.string().min(1),
  clientSecret: secretSchema,
  /** OAuth 2 scopes, separated by spaces. No document names the one for this endpoint; absent: none is asked for. */
  scope: z.string().min(1).optional(),
  /** Absent: `/Auth/connect/token` below `baseUrl`. */
  tokenUrl: accountBaseSchema.shape.baseUrl.optional(),
  /** How the client proves itself to the token endpoint; Vonage's documents do the former, its Node sample the latter. */
  credentialsIn: z.enum(['body', 'basic']).default('body'),
  /** Of the answers' form. Version 2 is documented as a plan. */
  apiVersion: z.union([z.literal(1), z.literal(2)]).default(1),
});
export type VonageConfig = z.infer<typeof config>;
