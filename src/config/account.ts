import { z } from 'zod';
import { naming } from './named-value.ts';
import { proxyUrlSchema } from './proxy.ts';
import { createHeadersSchema } from './request-headers.ts';
import { secureUrlSchema } from './secure-url.ts';

/** The keys that every vendor account has; each vendor adds its own. */
export const accountBaseSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, naming('must be 1 to 63 letters, digits, dots, dashes or underscores')),
  vendor: z.string(),
  /** The URL below which the vendor's paths are. */
  baseUrl: secureUrlSchema.refine((url) => url.search === '', 'must not contain a query'),
  /** Deadline of one attempt of a call. */
  timeoutMs: z.number().int().min(1).max(600_000).default(8_000),
  /** Deadline of connecting to the vendor or the proxy, including the TLS handshake. */
  connectTimeoutMs: z.number().int().min(1).max(600_000).default(2_000),
  /** How many calls may be in flight at a time. */
  concurrency: z.number().int().min(1).max(1_000).default(8),
  /** How many calls of one caller may be queued; the default is what one query can need under the default limits. */
  maxQueued: z.number().int().min(0).max(1_000_000).default(2_500),
  /** How many calls may start in a minute, of all processes that share a Redis, otherwise of each process; absent: no limit. */
  requestsPerMinute: z.number().int().min(1).max(1_000_000).optional(),
  /** How many attempts may follow the first one of a call. */
  maxRetries: z.number().int().min(0).max(5).default(2),
  /** Whether calls to an endpoint that keeps failing are rejected for a while. */
  circuitBreaker: z.boolean().default(true),
  /** Whether calls wait until the time that the vendor names in a 429 response. */
  honorRetryAfter: z.boolean().default(true),
  /** Further headers of every request to the origin of `baseUrl`; `user-agent` of every request. */
  headers: createHeadersSchema(),
  /** Whether every request carries the context of the trace that it belongs to (W3C `traceparent` and `tracestate`). */
  forwardTraceContext: z.boolean().default(false),
  /** The HTTP proxy of all requests; absent: what the environment says. */
  proxyUrl: proxyUrlSchema.optional(),
});
export type AccountConfig = z.infer<typeof accountBaseSchema>;

/** For vendors that discover agents: how long a query, or readiness, waits for a discovery. It continues after that. */
export const discoverTimeoutMsSchema = z.number().int().min(1).max(600_000).default(5_000);
