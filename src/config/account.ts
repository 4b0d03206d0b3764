import { z } from 'zod';
import { secureUrlSchema } from './secure-url.ts';

/** What every vendor account's configuration holds; each vendor adds its own keys. */
export const accountBaseSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, dots, dashes or underscores'),
  vendor: z.string(),
  /** Where the vendor's paths begin. */
  baseUrl: secureUrlSchema.refine((url) => url.search === '', 'must not hold a query'),
  /** The longest that one attempt of a call may take, in milliseconds. */
  timeoutMs: z.number().int().min(1).max(600_000).default(8_000),
  /** How many calls may be under way at a time. */
  concurrency: z.number().int().min(1).max(1_000).default(8),
  /** How many calls may wait for their turn; by default as many as one query can lead to under the default limits. */
  maxQueued: z.number().int().min(0).max(1_000_000).default(2_500),
  /** How many calls may begin in a minute: of all processes that share a Redis together, else of each; absent: as many as it takes. */
  requestsPerMinute: z.number().int().min(1).max(1_000_000).optional(),
  /** How many attempts may follow a call's first. */
  maxRetries: z.number().int().min(0).max(5).default(2),
  /** Whether an endpoint that keeps failing is not called for a while. */
  circuitBreaker: z.boolean().default(true),
  /** Whether the account is not called before the time that the vendor names when it refuses a call (429). */
  honorRetryAfter: z.boolean().default(true),
});
export type AccountConfig = z.infer<typeof accountBaseSchema>;
