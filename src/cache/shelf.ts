import type { Account } from '../domain/account.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import type { ServedFrom } from '../domain/source.ts';
import { SECOND } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';
import type { Cached, Fresh, NotFound, Space } from './cache.ts';
import { graceOf } from './grace.ts';
import type { Entry, NotFoundNote, Store } from './store.ts';

/** What whoever asks for a key is told. */
export interface Outcome {
  readonly told: Cached<unknown> | VendorError;
  readonly servedFrom: ServedFrom;
  /** Up to here whoever is told it may keep it. */
  readonly freshUntil: Instant;
}

/** What is kept of some keys. */
export interface Found {
  /** Within its time to live: to be told as it is. */
  readonly fresh: ReadonlyMap<string, Outcome>;
  /** Past it, but not useless. */
  readonly older: ReadonlyMap<string, Entry>;
}

export interface ShelfOptions {
  readonly account: Account;
  readonly store: Store;
  readonly clock: Clock;
  /** For how many seconds after its time to live an answer may be served while the vendor fails. */
  readonly staleIfErrorSeconds: number;
}

/** What an account's cache keeps, as answers: with dates, and checked for what they should be. */
export interface Shelf {
  readonly look: (space: AnySpace, ids: readonly string[]) => Promise<Found>;
  readonly keep: (space: AnySpace, id: string, fresh: Fresh<unknown> | NotFound) => Keeping;
  /** A failure, or the older answer that may be served in spite of it. */
  readonly bridge: (error: VendorError, older: Entry | undefined) => Outcome;
}

export interface Keeping {
  readonly outcome: Outcome;
  /** Whether other processes can read it now; false at once for what is not kept. */
  readonly kept: Promise<boolean>;
}

export type AnySpace = Space<never, unknown>;

/** What may be bridged with an older answer: the vendor's trouble, but not its refusal. */
const BRIDGEABLE: ReadonlySet<string> = new Set([
  'VENDOR_UNAVAILABLE',
  'VENDOR_TIMEOUT',
  'VENDOR_RATE_LIMITED',
  'VENDOR_BAD_RESPONSE',
]);

/** Whatever an answer's time to live: what a vendor did not know a moment ago it may soon know. */
const NOT_FOUND_SECONDS = 30;

export function createShelf({ account, store, clock, staleIfErrorSeconds }: ShelfOptions): Shelf {
  const bridgeMs = staleIfErrorSeconds * SECOND;
  // Memory gives back the very entry that was put there: it need not be looked through at every reading.
  const sound = new WeakMap<Entry, AnySpace>();

  function isSound(space: AnySpace, entry: Entry): boolean {
    if (sound.get(entry) === space) return true;
    if (!entry.notFound && !space.isValue(entry.value)) return false;
    sound.set(entry, space);
    return true;
  }

  function tell({ endpoint }: AnySpace, entry: Entry, servedFrom: ServedFrom): Outcome {
    const { value, notFound, fetchedAt, freshUntil } = entry;
    if (notFound) return { told: notFoundError({ ...account, endpoint }, notFound), servedFrom, freshUntil };
    return { told: { value, fetchedAt, servedFrom }, servedFrom, freshUntil };
  }

  return {
    async look(space, ids) {
      const kept = await store.getMany(ids);
      const now = clock.now();
      const fresh = new Map<string, Outcome>();
      const older = new Map<string, Entry>();
      ids.forEach((id, index) => {
        const entry = kept[index];
        if (!entry || !isSound(space, entry)) return;
        if (entry.freshUntil > now) fresh.set(id, tell(space, entry, 'CACHE'));
        else if (!entry.notFound) older.set(id, entry);
      });
      return { fresh, older };
    },

    keep(space, id, fresh) {
      const entry = entryOf(fresh, clock.now(), bridgeMs);
      const isKept = entry.freshUntil > entry.fetchedAt;
      if (isKept) sound.set(entry, space);
      const written = isKept ? store.set(id, entry) : Promise.resolve();
      return {
        outcome: 'notFound' in fresh ? failed(fresh.notFound, entry.freshUntil) : tell(space, entry, 'VENDOR'),
        kept: written.then(() => isKept),
      };
    },

    bridge(error, older) {
      const now = clock.now();
      if (!older || !BRIDGEABLE.has(error.code) || older.freshUntil + bridgeMs <= now) return failed(error, now);
      const { value, fetchedAt, freshUntil } = older;
      const told = { value, fetchedAt, servedFrom: 'CACHE' as const, staleBecause: error };
      return { told, servedFrom: 'CACHE', freshUntil };
    },
  };
}

function entryOf(fresh: Fresh<unknown> | NotFound, fetchedAt: Instant, bridgeMs: number): Entry {
  if ('notFound' in fresh) {
    const { message, reason, status } = fresh.notFound;
    const freshUntil = fetchedAt + Math.min(fresh.ttlSeconds, NOT_FOUND_SECONDS) * SECOND;
    return { value: null, notFound: { message, reason, status }, fetchedAt, freshUntil, keepUntil: freshUntil };
  }
  const ttlMs = fresh.ttlSeconds * SECOND;
  const freshUntil = fetchedAt + ttlMs;
  return { value: fresh.value, fetchedAt, freshUntil, keepUntil: freshUntil + Math.max(bridgeMs, graceOf(ttlMs)) };
}

function failed(told: VendorError, freshUntil: Instant): Outcome {
  return { told, servedFrom: 'VENDOR', freshUntil };
}

function notFoundError(
  { vendor, name, endpoint }: Account & { readonly endpoint: string },
  { message, reason, status }: NotFoundNote,
): VendorError {
  const details = { ...(reason !== null && { reason }), ...(status !== null && { status }) };
  return new VendorError({ vendor, account: name, endpoint }, 'NOT_FOUND', message, details);
}
