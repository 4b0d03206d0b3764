import type { CacheErrorReason } from './ports.ts';

/** Redis did not answer within the timeout. */
export class RedisTimeoutError extends Error {
  override readonly name = 'RedisTimeoutError';
}

/** There is no connection to Redis. */
export class RedisDisconnectedError extends Error {
  override readonly name = 'RedisDisconnectedError';
}

/** The servers are not what the configuration says, such as a master that Sentinel does not know. */
export class RedisTopologyError extends Error {
  override readonly name = 'RedisTopologyError';
}

/** An error reply by its first word: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors. */
const REASON_BY_REPLY_CODE: Readonly<Record<string, CacheErrorReason>> = {
  LOADING: 'loading',
  READONLY: 'readonly',
  OOM: 'oom',
  MOVED: 'moved',
  NOAUTH: 'noauth',
  WRONGPASS: 'noauth',
  NOPERM: 'noauth',
};

/** Returns the reason of a failure, from a fixed set of metric labels. */
export function classifyRedisError(error: unknown): CacheErrorReason {
  if (error instanceof RedisTimeoutError) return 'timeout';
  if (error instanceof RedisDisconnectedError) return 'connection';
  if (error instanceof RedisTopologyError) return 'topology';
  if (typeof error !== 'object' || error === null) return 'other';
  if ('code' in error) return 'connection';
  const message = 'message' in error ? String(error.message) : '';
  const reason = REASON_BY_REPLY_CODE[/^[A-Z]+(?= )/.exec(message)?.[0] ?? ''];
  if (reason) return reason;
  // The Redis client has no class for a malformed reply; its connection errors have classes of their own.
  if (/\bRESP\b/.test(message)) return 'malformed_reply';
  return /Client|Socket|Connection|Unavailable/.test(error.constructor.name) ? 'connection' : 'other';
}
