// The label values are closed sets: a caller can never add a time series.

/**
 * How a key was read. `coalesced`: joined a fetch in flight in this process. `shared_hit`: another process fetched it in the
 * meantime. `stale_while_revalidate`: served just past its TTL while it is fetched again. `stale_if_error`: served because
 * the fetch failed. `revalidate_failed`: the background fetch failed.
 */
export type CacheReadResult =
  'hit' | 'coalesced' | 'miss' | 'stale_if_error' | 'stale_while_revalidate' | 'shared_hit' | 'revalidate_failed';

/** An operation on the shared cache; `connection` and `close` concern the connection itself. */
export type CacheOperation =
  | 'get'
  | 'set'
  | 'lease'
  | 'release'
  | 'quota'
  | 'gate'
  | 'token'
  | 'fleet'
  | 'health'
  | 'purge'
  | 'claim'
  | 'probe'
  | 'connection'
  | 'close';

export type CacheErrorReason =
  | 'timeout'
  | 'connection'
  | 'topology'
  | 'malformed_reply'
  | 'loading'
  | 'readonly'
  | 'oom'
  | 'moved'
  | 'noauth'
  | 'other';

/** The metrics that the cache reports. */
export interface CacheMetrics {
  /** Keys were read; 1 where the number is absent. */
  readonly cacheRead: (account: string, endpoint: string, result: CacheReadResult, keys?: number) => void;
  /** An operation on the shared cache failed. */
  readonly cacheError: (operation: CacheOperation, reason: CacheErrorReason) => void;
}
