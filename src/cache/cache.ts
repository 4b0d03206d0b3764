import type { Instant } from '../domain/clock.ts';
import type { Provenance } from '../domain/source.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { CallScope } from '../http/call.ts';

/** One kind of thing that an account's cache keeps. */
export interface Space<Key, Value> {
  /** The endpoint that the values come from, for the records of cached answers used. */
  readonly endpoint: string;
  /** Changes with the meaning or form of the values, so that a newer gateway never reads an older one's. */
  readonly version: number;
  /** Everything that tells one key from another; equal keys give equal lists. */
  readonly canonical: (key: Key) => readonly (string | number | boolean | null)[];
  /** Whether something read from a shared store is what it should be. Values are plain JSON and never change once kept. */
  readonly isValue: (value: unknown) => value is Value;
}

/** A value as the vendor gave it just now; with 0 seconds to live it is not kept. */
export interface Fresh<Value> {
  readonly value: Value;
  readonly ttlSeconds: number;
}

/** The vendor was reached and knows no such thing: an answer, too, and kept like one, though not for long. */
export interface NotFound {
  readonly notFound: VendorError;
  /** The time to live that a value would have. */
  readonly ttlSeconds: number;
}

export interface Cached<Value> extends Provenance {
  readonly value: Value;
}

/** Gets values for keys, in their order. A VendorError thrown counts for every key. */
export type FetchMany<Key, Value> = (
  missing: readonly Key[],
  scope: CallScope,
) => Promise<readonly (Fresh<Value> | NotFound | VendorError)[]>;

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
    space: Space<Key, Value>,
    keys: readonly Key[],
    scope: CallScope,
    fetch: FetchMany<Key, Value>,
  ): Promise<readonly (Cached<Value> | VendorError)[]>;

  /** The same for one key; rejects with the VendorError. */
  read<Key, Value>(
    space: Space<Key, Value>,
    key: Key,
    scope: CallScope,
    fetch: (scope: CallScope) => Promise<Fresh<Value> | NotFound>,
  ): Promise<Cached<Value>>;

  /**
   * What is kept and fresh, in the order of the keys: undefined for the rest, null as the value of what the vendor is known not
   * to have. Fetches nothing and waits for no fetch.
   */
  peek<Key, Value>(
    space: Space<Key, Value>,
    keys: readonly Key[],
  ): Promise<readonly ({ readonly value: Value | null } | undefined)[]>;

  /**
   * Keeps what a call that began at `askedAt` brought along without being asked for it, except where something is kept that
   * came after that: a long call must not bring back what was true when it began. Resolves when it is there for the next to
   * ask.
   */
  putMany<Key, Value>(
    space: Space<Key, Value>,
    brought: readonly (readonly [key: Key, fresh: Fresh<Value>])[],
    askedAt: Instant,
  ): Promise<void>;
}
