// Label values come from these sets or from the configuration (accounts, endpoints), so a caller can never add a time series.

const KNOWN_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

export function toMethodLabel(method: string | undefined): string {
  return method !== undefined && KNOWN_METHODS.has(method) ? method : 'other';
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

const REASONS: ReadonlySet<string> = new Set([
  ...[
    'connect',
    'reset',
    'stale_connection',
    'dns',
    'dns_temporary',
    'tls',
    'timeout_total',
    'timeout_connect',
    'cancelled',
  ],
  ...['proxy', 'proxy_auth', 'proxy_refused', 'proxy_upstream'],
  ...['malformed_http', 'malformed_json', 'contract', 'content_coding', 'truncated', 'too_large', 'redirect'],
  ...['circuit_open', 'quota_local', 'rate_gate', 'bulkhead_full', 'unsendable', 'sentence', 'token_refused'],
  ...[
    'link_refused',
    'file_truncated',
    'file_malformed',
    'malformed',
    'corrupt',
    'zip',
    'pagination',
    'file_limit',
    'memory_limit',
    'encrypted',
  ],
  ...['foreign_agent', 'foreign_account', 'retention', 'not_yet_written', 'discovery_timeout', 'unreadable'],
  ...['oauth_version_rejected', 'oauth_parameter_absent', 'oauth_parameter_rejected', 'oauth_timestamp_refused'],
  ...['oauth_nonce_used', 'oauth_signature_method_rejected', 'oauth_signature_invalid', 'oauth_consumer_key_unknown'],
  ...['oauth_consumer_key_rejected', 'oauth_consumer_key_refused', 'oauth_token_used', 'oauth_token_expired'],
  ...['oauth_token_revoked', 'oauth_token_rejected', 'oauth_permission_unknown', 'oauth_permission_denied'],
]);

const KNOWN_STATUSES: ReadonlySet<string> = new Set(
  [400, 401, 403, 404, 405, 406, 408, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504].map(String),
);

/** The label of a vendor error's reason: known statuses by number, others by class; `none` without a reason. */
export function toReasonLabel(reason: string | undefined): string {
  if (reason === undefined) return 'none';
  const status = /^status_([45]\d\d)$/.exec(reason)?.[1];
  if (status !== undefined) return KNOWN_STATUSES.has(status) ? reason : `status_${status.charAt(0)}xx`;
  return REASONS.has(reason) ? reason : 'other';
}
