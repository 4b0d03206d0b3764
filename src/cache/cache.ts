import type { Instant } from '../domain/clock.ts';
import type { Provenance } from '../domain/source.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { CallContext } from '../http/types.ts';

/** One kind of data in an account's cache. Values are plain JSON and never change after they are cached. */
export interface CacheNamespace<Key, Value> {
  /** The endpoint that the values come from; names it in the records of cached values used. */
  readonly endpoint: string;
  /** Changes with the meaning or format of the values, so that a newer gateway never reads an older gateway's values. */
  readonly version: number;
  /** Everything that distinguishes one key from another: one part at least; equal keys give equal lists. */
  readonly keyParts: (key: Key) => readonly (string | number | boolean | null)[];
  /** Checks a value read from a shared store. */
  readonly isValid: (value: unknown) => value is Value;
  /** Whether one call fetches several keys: the cached values that a request uses are then one record, as those of a call are. */
  readonly isBatched?: boolean;
  /** Whether nothing of the value is missing; absent: always. What lacks a part may end in an error: it is not read in memory. */
  isComplete?(value: Value): boolean;
}

/** A value that the vendor has just returned. With a TTL of 0 it is not cached. */
export interface FetchedValue<Value> {
  readonly value: Value;
  readonly ttlSeconds: number;
  /** Whether it is of the past and has settled, so that a later fetch can only return the same. */
  readonly isFinal?: boolean;
}

/** The vendor answered that the item does not exist. Cached like a value, but only briefly (negative caching). */
export interface NegativeResult {
  readonly notFound: VendorError;
  /** The TTL that a value would have. */
  readonly ttlSeconds: number;
}

export interface CachedValue<Value> extends Provenance {
  readonly value: Value;
}

/** What a fetch returns for one key. */
export type FetchOutcome<Value> = FetchedValue<Value> | NegativeResult | VendorError;

/**
 * Reports the outcome of one key, a member of `missing`, before the fetch is done. Its readers receive it immediately, and it
 * is written to the cache. It is final: a later outcome of the same key, and a later error of the fetch, do not replace it.
 */
export type OnFetched<Key, Value> = (key: Key, outcome: FetchOutcome<Value>) => void;

/** The context of a fetch, which may send several requests. */
export interface FetchContext<Key> extends CallContext {
  /**
   * Returns the context of one request for some members of `missing`, each named once. Its turn at the rate limit, and the time at
   * which it is sent, are its own: while it waits, only the readers of its keys wait, or are served stale values.
   */
  readonly forKeys: (keys: readonly Key[]) => CallContext;
}

/**
 * Fetches the values of keys, in their order. A thrown VendorError counts for every key without an outcome. A fetch of several
 * requests reports each key with `onFetched` as soon as its outcome is known, so that no reader waits for the other keys.
 */
export type BatchFetchFn<Key, Value> = (
  missing: readonly Key[],
  context: FetchContext<Key>,
  onFetched: OnFetched<Key, Value>,
) => Promise<readonly FetchOutcome<Value>[]>;

/** Fetches the value of one key. */
export type FetchEachFn<Key, Value> = (key: Key, context: CallContext) => Promise<FetchedValue<Value> | NegativeResult>;

/**
 * The cache of one account. At most one fetch per key is in flight in the process (and, with a shared store, in the fleet);
 * concurrent readers share it. A fetch is cancelled only when its last waiter has left. Waiters share its failure, but
 * failures are not cached. A value just past its TTL is served immediately and revalidated in the background
 * (stale-while-revalidate, https://www.rfc-editor.org/rfc/rfc5861). The background fetch belongs to no request, so no
 * request cancels it.
 */
export interface AccountCache {
  /**
   * Returns results in the order of the keys. `fetch` is called once for all keys that are neither cached nor in flight. If
   * another process held the lease of some of them but did not fetch them, it is called once more for those. It may be
   * called after the request has ended. `ids` are those of the keys' entries, from a caller that has composed them.
   */
  readMany<Key, Value>(
    namespace: CacheNamespace<Key, Value>,
    keys: readonly Key[],
    context: CallContext,
    fetch: BatchFetchFn<Key, Value>,
    ids?: readonly string[],
  ): Promise<readonly (CachedValue<Value> | VendorError)[]>;

  /**
   * Does the same for keys of which a call fetches one: each is cancelled, served stale and fails by itself. The result of a key that
   * failed is its error, which need not be the vendor's.
   */
  readEach<Key, Value>(
    namespace: CacheNamespace<Key, Value>,
    keys: readonly Key[],
    context: CallContext,
    fetch: FetchEachFn<Key, Value>,
    ids?: readonly string[],
  ): Promise<readonly (CachedValue<Value> | Error)[]>;

  /** Does the same for one key; rejects with its error. */
  read<Key, Value>(
    namespace: CacheNamespace<Key, Value>,
    key: Key,
    context: CallContext,
    fetch: (context: CallContext) => Promise<FetchedValue<Value> | NegativeResult>,
  ): Promise<CachedValue<Value>>;

  /** The id of a key's entry: equal for equal keys. */
  entryId<Key>(namespace: CacheNamespace<Key, unknown>, key: Key): string;

  /**
   * Returns a complete value that is fresh in this process's memory, and records that it was used, as `readMany` does. Undefined
   * for anything else, such as a key that is in flight: `readMany` then reads it. Takes the id of the key's entry: composing it,
   * and the first look-up of a new text, are most of such a read.
   */
  readInMemory<Value>(
    namespace: CacheNamespace<never, Value>,
    id: string,
    context: CallContext,
  ): CachedValue<Value> | undefined;

  /**
   * Returns what is cached and fresh, in the order of the keys: undefined for the rest, null as the value of a negative
   * entry. Fetches nothing and waits for no fetch.
   */
  peek<Key, Value>(
    namespace: CacheNamespace<Key, Value>,
    keys: readonly Key[],
  ): Promise<readonly ({ readonly value: Value | null } | undefined)[]>;

  /**
   * Caches by-products of a call that began at `requestedAt`. An entry fetched after that instant stays: a long call must
   * not restore what was true when it began. Resolves when the next read finds the entries.
   */
  primeMany<Key, Value>(
    namespace: CacheNamespace<Key, Value>,
    entries: readonly (readonly [key: Key, fetched: FetchedValue<Value>])[],
    requestedAt: Instant,
  ): Promise<void>;
}

/** The cache of an account for the process that owns it. */
export interface OwnedAccountCache extends AccountCache {
  /** What the ids of the account's entries begin with. */
  readonly idPrefix: string;
  /**
   * Drops the entries that match from this process, before it returns: later readers neither find nor join what was requested
   * before, which is not written either. Returns the ids of those that were in memory.
   */
  purge(matches: (id: string) => boolean): readonly string[];
}
