import { z } from 'zod';
import { cache } from './cache.ts';
import { webAddress } from './web-address.ts';

const server = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(4000),
  /** How long it goes on accepting connections once told to stop, so that balancers notice /readyz first. */
  lameDuckSeconds: z.number().min(0).max(300).default(1),
  /** How long requests under way may then take to finish. */
  drainSeconds: z.number().min(0).max(300).default(20),
});

export const SCOPES = ['read', 'introspect', 'explain', 'metrics'] as const;
const scope = z.enum(SCOPES);

const apiKey = z.strictObject({
  name: z.string().min(1).max(64),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'must be the 64 hex digits of the key’s SHA-256 digest'),
  /** Names of the accounts that the caller may see; absent: all; empty: none. */
  accounts: z.array(z.string()).optional(),
  scopes: z.array(scope).default(['read', 'introspect']),
});

const jwt = z.strictObject({
  issuer: z.string().min(1),
  audience: z.string().min(1),
  /** Where the issuer publishes its public keys. */
  jwksUri: webAddress,
});

const auth = z
  .strictObject({ apiKeys: z.array(apiKey).min(1).optional(), jwt: jwt.optional() })
  .refine((value) => value.apiKeys ?? value.jwt, 'needs apiKeys, jwt or both');

const count = (fallback: number) => z.number().int().min(1).max(1_000_000_000).default(fallback);

const limits = z.strictObject({
  maxTokens: count(2000),
  maxDepth: count(12),
  maxAliases: count(30),
  maxRootFields: count(20),
  /** Items that the lists of an answer would hold together, were every page full; as planned. */
  maxCost: z.number().int().min(1).default(10_000_000),
  /** Objects that an answer does hold; one of more than ten fields counts as several. */
  maxItems: count(100_000),
  maxVendorCalls: count(500),
  maxFiles: count(2000),
  requestTimeoutMs: count(30_000),
  /** GraphQL requests at a time, of all callers together. */
  maxInFlight: count(200),
  bodyBytes: count(102_400),
  callerRequestsPerMinute: z.number().int().min(1).optional(),
  callerConcurrency: z.number().int().min(1).optional(),
});
export type Limits = z.infer<typeof limits>;

const agent = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,126}$/, 'must be 1 to 127 letters, digits or . _ @ -'),
  kind: z.enum(['human', 'virtual']),
  name: z.string().min(1).optional(),
  email: z.email().optional(),
  accounts: z.record(z.string(), z.string().min(1)).default({}),
});
export type DirectoryEntry = z.infer<typeof agent>;

/** Everything but the accounts, whose form each vendor defines. */
export const settings = {
  server: server.prefault({}),
  auth: auth.optional(),
  limits: limits.prefault({}),
  cache: cache.prefault({}),
  agents: z.array(agent).default([]),
};
export type ServerSettings = z.infer<typeof server>;
export type AuthConfig = z.infer<typeof auth>;
export type ApiKeyConfig = z.infer<typeof apiKey>;
export type JwtConfig = z.infer<typeof jwt>;
export type Scope = z.infer<typeof scope>;
