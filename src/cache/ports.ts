// The label values are closed sets: a caller can never add a time series.

/**
 * How a key was read. `coalesced`: joined a fetch in flight in this process. `shared_hit`: another process fetched it in the
 * meantime. `stale_while_revalidate`: served just past its TTL while it is fetched again. `stale_if_error`: served because
 * the fetch failed. `revalidate_failed`: the background fetch failed.
 */
export type CacheReadResult =
  'hit' | 'coalesced' | 'miss' | 'stale_if_error' | 'stale_while_revalidate' | 'shared_hit' | 'revalidate_failed';

/** An operation on the shared cache, of which `connection` and `close` concern the connection itself; or on the file of `cache.path`. */
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
  | 'probe'
  | 'connection'
  | 'close'
  | `disk_${'open' | 'read' | 'write' | 'delete' | 'tidy' | 'close'}`;

export type CacheErrorReason =
  'connection' | 'topology' | 'malformed_reply' | 'loading' | 'oom' | 'moved' | 'noauth' | DiskErrorReason;

/**
 * Why an operation on the file of `cache.path` failed. `full`: the disk, or the file. `foreign`: it is the database of another
 * program. `backlog`: more is to be written than the disk takes. Where Redis has a reason of the same name, it means the same.
 */
export type DiskErrorReason =
  'timeout' | 'readonly' | 'full' | 'busy' | 'damaged' | 'foreign' | 'io' | 'backlog' | 'other';

/** The metrics that the cache reports. */
export interface CacheMetrics {
  /** Keys were read; 1 where the number is absent. */
  readonly cacheRead: (account: string, endpoint: string, result: CacheReadResult, keys?: number) => void;
  /** An operation on the shared cache or on the file failed; of several entries where there is a number. */
  readonly cacheError: (operation: CacheOperation, reason: CacheErrorReason, entries?: number) => void;
}
