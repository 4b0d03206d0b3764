import type { Instant } from '../domain/clock.ts';

/** A kept value with its dates. */
export interface Entry {
  readonly value: unknown;
  /** There is no value: the vendor knows no such thing, and said so in these words. */
  readonly notFound?: NegativeEntry | undefined;
  readonly fetchedAt: Instant;
  /** Up to here it may be served without asking the vendor. */
  readonly freshUntil: Instant;
  /** Up to here it may still be of use: while it is fetched anew, or while the vendor fails. */
  readonly expiresAt: Instant;
}

/** What is remembered of a vendor's "no such thing". */
export interface NegativeEntry {
  readonly message: string;
  readonly reason: string | null;
  readonly status: number | null;
}

/** Where entries are kept. Never rejects: what cannot be read is a miss, what cannot be written is lost. */
export interface Store {
  /** In the order of the keys; undefined for what is not there (any more). Entries past their dates may be among them. */
  getMany(keys: readonly string[]): Promise<readonly (Entry | undefined)[]>;
  /** At once in this process; resolves when other processes can read it, too, or when it is lost for them. */
  set(key: string, entry: Entry): Promise<void>;
  close(): Promise<void>;
}
