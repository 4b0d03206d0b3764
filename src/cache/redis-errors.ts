import type { CacheErrorReason } from './ports.ts';

/** Redis was given its time. */
export class RedisTimeoutError extends Error {
  override readonly name = 'RedisTimeoutError';
}

/** What Redis says, by the first word of it: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors. */
const REASON_BY_REPLY_CODE: Readonly<Record<string, CacheErrorReason>> = {
  LOADING: 'loading',
  READONLY: 'readonly',
  OOM: 'oom',
  MOVED: 'moved',
  NOAUTH: 'noauth',
  WRONGPASS: 'noauth',
  NOPERM: 'noauth',
};

/** What went wrong with Redis, in a word from a fixed set. */
export function classifyRedisError(error: unknown): CacheErrorReason {
  if (error instanceof RedisTimeoutError) return 'timeout';
  if (typeof error !== 'object' || error === null) return 'other';
  if ('code' in error) return 'connection';
  const message = 'message' in error ? String(error.message) : '';
  const reason = REASON_BY_REPLY_CODE[/^[A-Z]+(?= )/.exec(message)?.[0] ?? ''];
  if (reason) return reason;
  // Redis's client has no name for a reply that is none; its errors about connections are classes of their own.
  if (/\bRESP\b/.test(message)) return 'malformed_reply';
  return /Client|Socket|Connection/.test(error.constructor.name) ? 'connection' : 'other';
}
