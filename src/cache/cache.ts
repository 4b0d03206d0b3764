import type { Instant } from '../domain/clock.ts';
import type { Provenance } from '../domain/source.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { CallContext } from '../http/types.ts';

/** One kind of thing that an account's cache keeps. */
export interface CacheNamespace<Key, Value> {
  /** The endpoint that the values come from, for the records of cached answers used. */
  readonly endpoint: string;
  /** Changes with the meaning or form of the values, so that a newer gateway never reads an older one's. */
  readonly version: number;
  /** Everything that tells one key from another; equal keys give equal lists. */
  readonly keyParts: (key: Key) => readonly (string | number | boolean | null)[];
  /** Whether something read from a shared store is what it should be. Values are plain JSON and never change once kept. */
  readonly isValid: (value: unknown) => value is Value;
}

/** A value as the vendor gave it just now; with 0 seconds to live it is not kept. */
export interface FetchedValue<Value> {
  readonly value: Value;
  readonly ttlSeconds: number;
}

/** The vendor was reached and knows no such thing: an answer, too, and kept like one, though not for long. */
export interface NegativeResult {
  readonly notFound: VendorError;
  /** The time to live that a value would have. */
  readonly ttlSeconds: number;
}

export interface CachedValue<Value> extends Provenance {
  readonly value: Value;
}

/** Gets values for keys, in their order. A VendorError thrown counts for every key. */
export type BatchFetchFn<Key, Value> = (
  missing: readonly Key[],
  context: CallContext,
) => Promise<readonly (FetchedValue<Value> | NegativeResult | VendorError)[]>;

/**
 * The cache of one account. For every key at most one fetch is under way in the process (and, with a shared store, in all of
 * them): whoever asks for it meanwhile waits for the same answer. A fetch is cancelled only when nobody waits any more.
 * Failures are shared with those who wait, but not kept. An answer just past its time to live is served at once and fetched
 * anew behind the back of whoever asked; that fetch is nobody's, and is not cancelled.
 */
export interface AccountCache {
  /**
   * Answers in the order of the keys. `fetch` is called for the keys that are neither kept nor under way, all at once; where
   * another process was to fetch some of them and did not, once more for those. It may be called after the query has ended.
   */
  readMany<Key, Value>(
    namespace: CacheNamespace<Key, Value>,
    keys: readonly Key[],
    context: CallContext,
    fetch: BatchFetchFn<Key, Value>,
  ): Promise<readonly (CachedValue<Value> | VendorError)[]>;

  /** The same for one key; rejects with the VendorError. */
  read<Key, Value>(
    namespace: CacheNamespace<Key, Value>,
    key: Key,
    context: CallContext,
    fetch: (context: CallContext) => Promise<FetchedValue<Value> | NegativeResult>,
  ): Promise<CachedValue<Value>>;

  /**
   * What is kept and fresh, in the order of the keys: undefined for the rest, null as the value of what the vendor is known not
   * to have. Fetches nothing and waits for no fetch.
   */
  peek<Key, Value>(
    namespace: CacheNamespace<Key, Value>,
    keys: readonly Key[],
  ): Promise<readonly ({ readonly value: Value | null } | undefined)[]>;

  /**
   * Keeps what a call that began at `askedAt` brought along without being asked for it, except where something is kept that
   * came after that: a long call must not bring back what was true when it began. Resolves when it is there for the next to
   * ask.
   */
  primeMany<Key, Value>(
    namespace: CacheNamespace<Key, Value>,
    entries: readonly (readonly [key: Key, fresh: FetchedValue<Value>])[],
    requestedAt: Instant,
  ): Promise<void>;
}
