import type { Instant } from '../domain/clock.ts';

/** A cached value with its dates. */
export interface Entry {
  readonly value: unknown;
  /** Present in a negative entry: the vendor answered that the item does not exist. */
  readonly notFound?: NegativeEntry | undefined;
  /** Whether it is of the past and has settled: it stays true past its TTL, however old it is. */
  readonly isFinal?: boolean | undefined;
  /** When the request to the vendor was sent; for several requests, the first. */
  readonly fetchedAt: Instant;
  /** Until when it may be served without a vendor call. */
  readonly freshUntil: Instant;
  /** Until when it may still be served stale: while it is revalidated, or while the vendor fails. */
  readonly expiresAt: Instant;
}

/** The stored part of the vendor's NOT_FOUND error. */
export interface NegativeEntry {
  readonly message: string;
  readonly reason: string | null;
  readonly status: number | null;
}

/** Stores entries. Never rejects: an entry that cannot be read is a miss, one that cannot be written is lost. */
export interface Store {
  /** Returns entries in the order of the keys, undefined for a miss. Entries past their dates may be among them. */
  getMany(keys: readonly string[]): Promise<readonly (Entry | undefined)[]>;
  /**
   * Returns what `getMany` would find of the key in this process's memory, and counts it as used. Entries past their dates may be
   * among them. Absent: nothing is in memory.
   */
  peek?(key: string): Entry | undefined;
  /** Writes the entry unless a younger one is stored. Takes effect immediately in this process. Resolves when other processes can read it, or when it is lost for them. */
  set(key: string, entry: Entry): Promise<void>;
  /**
   * Drops the entries that match from what belongs to this process alone: none of them is found any more once it returns. Returns the keys of
   * those in memory. Absent: nothing belongs to this process.
   */
  drop?(matches: (key: string) => boolean): readonly string[];
  close(): Promise<void>;
}
