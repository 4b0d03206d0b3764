// Labels come from these sets, or from the configuration (accounts, endpoints): a caller can never add a time series.

export type HttpPath =
  '/' | '/graphql' | '/graphiql' | '/schema.graphql' | '/healthz' | '/readyz' | '/metrics' | 'other';

const KNOWN_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

export function toMethodLabel(method: string | undefined): string {
  return method !== undefined && KNOWN_METHODS.has(method) ? method : 'other';
}

export type RetryReason = 'status_5xx' | 'status_429' | 'connect' | 'reset' | 'dns_temporary' | 'truncated';
export type RetryDenial = 'budget' | 'retry_after' | 'not_idempotent';
export type ShedReason = 'in_flight' | 'event_loop' | 'heap';
export type CircuitState = 'closed' | 'half_open' | 'open';
export type CacheResult =
  'hit' | 'miss' | 'coalesced' | 'stale_if_error' | 'stale_while_revalidate' | 'shared_hit' | 'revalidate_failed';
/** What is asked of the shared cache; `connection` and `close` are about the connection itself. */
export type CacheOperation = 'get' | 'set' | 'lease' | 'release' | 'quota' | 'token' | 'probe' | 'connection' | 'close';
export type CacheErrorReason =
  'timeout' | 'connection' | 'malformed_reply' | 'loading' | 'readonly' | 'oom' | 'moved' | 'noauth' | 'other';

export type AuthFailureReason =
  | 'missing'
  | 'malformed'
  | 'unknown_key'
  | 'too_long'
  | 'expired'
  | 'bad_claims'
  | 'bad_signature'
  | 'bad_algorithm'
  | 'unknown_signer'
  | 'keys_unavailable';

const DOCUMENT_LIMITS = [
  'tokens',
  'depth',
  'fields',
  'aliases',
  'root_fields',
  'directives',
  'fragments',
  'operations',
  'cost',
  'items',
  'vendor_calls',
] as const;

export type LimitName =
  (typeof DOCUMENT_LIMITS)[number] | 'body_bytes' | 'url_bytes' | 'headers' | 'caller_rate' | 'caller_concurrency';

/** Whether that is the name of a limit on documents, as `extensions.limit` says it. */
export function isDocumentLimit(limit: unknown): limit is LimitName {
  return (DOCUMENT_LIMITS as readonly unknown[]).includes(limit);
}

const ERROR_CODES: ReadonlySet<string> = new Set<string>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'INTERNAL_SERVER_ERROR',
  'NOT_FOUND',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'QUERY_TOO_COMPLEX',
  'RATE_LIMITED',
  'OVERLOADED',
  'PAYLOAD_TOO_LARGE',
  'VENDOR_UNAVAILABLE',
  'VENDOR_TIMEOUT',
  'VENDOR_RATE_LIMITED',
  'VENDOR_AUTH_FAILED',
  'VENDOR_REJECTED',
  'VENDOR_BAD_RESPONSE',
]);

export function toCodeLabel(code: unknown): string {
  return typeof code === 'string' && ERROR_CODES.has(code) ? code : 'other';
}
