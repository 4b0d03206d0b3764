import { z } from 'zod';
import { cacheSchema } from './cache.ts';
import { corsSchema } from './cors.ts';
import { directoryFileSchema } from './directory-files/directory-file-settings.ts';
import { naming } from './named-value.ts';
import { secureUrlSchema } from './secure-url.ts';
import { telemetrySchema } from './telemetry.ts';
import { trustProxySchema } from './trust-proxy.ts';
import { trustedDocumentsSchema } from './trusted-documents.ts';
import { warmSchema } from './warm.ts';

/** A host name or address, without a port. */
const hostNameSchema = z
  .string()
  .regex(/^(?:[\w.-]+|\[[\da-f:.]+\])$/i, naming('must be a host name or address, without a port; IPv6 in brackets'));

const serverSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(4000),
  /** Processes that serve the address; absent: this one alone. */
  workers: z.number().int().min(1).max(64).optional(),
  /** Browser access from pages of other origins; absent: none. */
  cors: corsSchema.optional(),
  /** Hosts that requests may name besides loopback ones, without auth. */
  allowedHosts: z.array(hostNameSchema).default([]),
  /** Whose X-Forwarded-For names the client. */
  trustProxy: trustProxySchema,
  /** How long to go on accepting connections after SIGTERM, so that load balancers see /readyz fail first. */
  lameDuckSeconds: z.number().min(0).max(300).default(5),
  /** How long requests in flight may then take to finish. */
  drainSeconds: z.number().min(0).max(300).default(20),
  /** Whether connections are refused until the first discoveries are done, for a balancer that does not ask /readyz. */
  listenWhenReady: z.boolean().default(false),
  /** Whether the configuration is loaded again when one of its files changes, as it is on SIGHUP. */
  watchConfig: z.boolean().default(true),
});

export const SCOPES = ['read', 'introspect', 'explain', 'metrics', 'admin'] as const;
const scopeSchema = z.enum(SCOPES);

const apiKeySchema = z.strictObject({
  name: z.string().min(1).max(64),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'must be the 64 hex digits of the key’s SHA-256 digest'),
  /** Names of the accounts that the caller can access; absent: all; empty: none. */
  accounts: z.array(z.string()).optional(),
  scopes: z.array(scopeSchema).default(['read', 'introspect']),
});

/** The name of a claim, as it stands in tokens: a URL or a name with dots is one name, not a path. */
const claimNameSchema = z.string().min(1);

const jwtClaimsSchema = z.strictObject({
  /** Names of scopes, as a list or a text with spaces; a token without it has `read`. */
  scopes: claimNameSchema.default('scope'),
  /** Names of accounts, likewise. */
  accounts: claimNameSchema.default('accounts'),
  /** Whether a token without the claim `accounts` may see no account, instead of all. */
  requireAccounts: z.boolean().default(false),
});

const jwtSchema = z.strictObject({
  issuer: z.string().min(1),
  audience: z.string().min(1),
  /** The issuer's JWKS endpoint. */
  jwksUri: secureUrlSchema,
  claims: jwtClaimsSchema.prefault({}),
});

const authSchema = z
  .strictObject({ apiKeys: z.array(apiKeySchema).min(1).optional(), jwt: jwtSchema.optional() })
  .refine((value) => value.apiKeys ?? value.jwt, 'must have apiKeys, jwt or both');

function positiveIntSchema(defaultValue: number) {
  return z.number().int().min(1).max(1_000_000_000).default(defaultValue);
}

const limitsSchema = z.strictObject({
  maxTokens: positiveIntSchema(2000),
  maxDepth: positiveIntSchema(12),
  maxAliases: positiveIntSchema(30),
  maxRootFields: positiveIntSchema(20),
  /** Estimated list items of a response, assuming that every page is full. */
  maxEstimatedItems: z.number().int().min(1).default(10_000_000),
  /** Actual objects of a response; one with more than ten fields counts several times. */
  maxResponseObjects: positiveIntSchema(100_000),
  maxVendorCalls: positiveIntSchema(500),
  maxFiles: positiveIntSchema(2000),
  requestTimeoutMs: positiveIntSchema(30_000),
  /** GraphQL requests in flight, of all callers together. */
  maxInFlight: positiveIntSchema(200),
  bodyBytes: positiveIntSchema(102_400),
  /** Answers that clients have not read yet, of all connections together. */
  maxUnreadBytes: positiveIntSchema(134_217_728),
  /** Failed authentications of an address, after which its further keys are not looked at. */
  authFailuresPerMinute: positiveIntSchema(10),
  callerRequestsPerMinute: z.number().int().min(1).optional(),
  callerConcurrency: z.number().int().min(1).optional(),
});
export type Limits = z.infer<typeof limitsSchema>;

/** What makes answers faster without changing them; each can be switched off. */
const performanceSchema = z.strictObject({
  /** Memory for complete responses, from which repeated queries are answered; 0: every query is executed. */
  responseCacheBytes: z.number().int().min(0).default(67_108_864),
  /** `prepared` keeps what a text selects for the next request with it; `standard` is that of graphql-js. */
  executor: z.enum(['prepared', 'standard']).default('prepared'),
  /** Memory for the JSON text of agents, status periods and other objects that never change; 0: each response writes it again. */
  objectTextBytes: z.number().int().min(0).default(67_108_864),
  /** Memory for parsed and validated documents; 0: every request is parsed and validated. */
  documentCacheBytes: z.number().int().min(0).default(33_554_432),
  /** Whether cached values that are fresh in memory are read without a promise; false: as those that are not. */
  synchronousReads: z.boolean().default(true),
});
export type PerformanceSettings = z.infer<typeof performanceSchema>;

const directoryIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,126}$/, naming('must be 1 to 127 letters, digits or . _ @ -'));

/** Subscriptions. */
const liveSchema = z.strictObject({
  /** The shortest interval that a subscription may ask for; a shorter one is raised to it. */
  minIntervalSeconds: z.number().min(0.1).max(3600).default(2),
  /** Subscriptions at a time, of all callers together. */
  maxSubscriptions: positiveIntSchema(1000),
  maxSubscriptionsPerCaller: positiveIntSchema(50),
});
export type LiveSettings = z.infer<typeof liveSchema>;

export const directoryEntrySchema = z.strictObject({
  id: directoryIdSchema,
  kind: z.enum(['human', 'virtual']),
  name: z.string().min(1).optional(),
  email: z.email().optional(),
  /** The id of one of `teams`. */
  team: z.string().optional(),
  accounts: z.record(z.string(), z.string().min(1)).default({}),
});
export type DirectoryEntry = z.infer<typeof directoryEntrySchema>;

const teamSchema = z.strictObject({ id: directoryIdSchema, name: z.string().min(1) });

/** All settings except the accounts, whose schema each vendor defines. */
export const settingsShape = {
  server: serverSchema.prefault({}),
  auth: authSchema.optional(),
  limits: limitsSchema.prefault({}),
  cache: cacheSchema.prefault({}),
  live: liveSchema.prefault({}),
  performance: performanceSchema.prefault({}),
  warm: warmSchema,
  telemetry: telemetrySchema.optional(),
  /** Documents that callers name by id; absent: none. */
  trustedDocuments: trustedDocumentsSchema.optional(),
  agents: z.array(directoryEntrySchema).default([]),
  /** Files with further agents. */
  directory: z.array(directoryFileSchema).default([]),
  teams: z.array(teamSchema).default([]),
};
export type ServerSettings = z.infer<typeof serverSchema>;
export type AuthConfig = z.infer<typeof authSchema>;
export type ApiKeyConfig = z.infer<typeof apiKeySchema>;
export type JwtConfig = z.infer<typeof jwtSchema>;
export type Scope = z.infer<typeof scopeSchema>;
