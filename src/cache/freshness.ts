import type { Account } from '../domain/account.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import type { ServedFrom } from '../domain/source.ts';
import { SECOND } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';
import type { CachedValue, FetchedValue, NegativeResult, CacheNamespace } from './cache.ts';
import { swrMs } from './stale-while-revalidate.ts';
import type { Entry, NegativeEntry, Store } from './store.ts';

/** What whoever asks for a key is told. */
export interface ReadOutcome {
  readonly result: CachedValue<unknown> | VendorError;
  readonly servedFrom: ServedFrom;
  /** Up to here whoever is told it may keep it. */
  readonly freshUntil: Instant;
}

/** What is kept of some keys. */
export interface Lookup {
  /** Within its time to live: to be told as it is. */
  readonly fresh: ReadonlyMap<string, ReadOutcome>;
  /** Past it, but not useless. */
  readonly stale: ReadonlyMap<string, Entry>;
}

export interface FreshnessOptions {
  readonly account: Account;
  readonly store: Store;
  readonly clock: Clock;
  /** For how many seconds after its time to live an answer may be served while the vendor fails. */
  readonly staleIfErrorSeconds: number;
}

/** What an account's cache keeps, as answers: with dates, and checked for what they should be. */
export interface FreshnessPolicy {
  readonly lookup: (namespace: AnyCacheNamespace, ids: readonly string[]) => Promise<Lookup>;
  readonly write: (
    namespace: AnyCacheNamespace,
    id: string,
    fetched: FetchedValue<unknown> | NegativeResult,
  ) => WriteResult;
  /** A failure, or the older answer that may be served in spite of it. */
  readonly staleIfError: (error: VendorError, stale: Entry | undefined) => ReadOutcome;
}

export interface WriteResult {
  readonly outcome: ReadOutcome;
  /** Whether other processes can read it now; false at once for what is not kept. */
  readonly persisted: Promise<boolean>;
}

export type AnyCacheNamespace = CacheNamespace<never, unknown>;

/** What may be bridged with an older answer: the vendor's trouble, but not its refusal. */
const STALE_IF_ERROR_CODES: ReadonlySet<string> = new Set([
  'VENDOR_UNAVAILABLE',
  'VENDOR_TIMEOUT',
  'VENDOR_RATE_LIMITED',
  'VENDOR_BAD_RESPONSE',
]);

/** Whatever an answer's time to live: what a vendor did not know a moment ago it may soon know. */
const MAX_NEGATIVE_TTL_SECONDS = 30;

export function createFreshnessPolicy({
  account,
  store,
  clock,
  staleIfErrorSeconds,
}: FreshnessOptions): FreshnessPolicy {
  const staleIfErrorMs = staleIfErrorSeconds * SECOND;
  // Memory gives back the very entry that was put there: it need not be looked through at every reading.
  const validated = new WeakMap<Entry, AnyCacheNamespace>();

  function isValidEntry(namespace: AnyCacheNamespace, entry: Entry): boolean {
    if (validated.get(entry) === namespace) return true;
    if (!entry.notFound && !namespace.isValid(entry.value)) return false;
    validated.set(entry, namespace);
    return true;
  }

  function toOutcome({ endpoint }: AnyCacheNamespace, entry: Entry, servedFrom: ServedFrom): ReadOutcome {
    const { value, notFound, fetchedAt, freshUntil } = entry;
    if (notFound) return { result: toNotFoundError({ ...account, endpoint }, notFound), servedFrom, freshUntil };
    return { result: { value, fetchedAt, servedFrom }, servedFrom, freshUntil };
  }

  return {
    async lookup(namespace, ids) {
      const entries = await store.getMany(ids);
      const now = clock.now();
      const fresh = new Map<string, ReadOutcome>();
      const stale = new Map<string, Entry>();
      ids.forEach((id, index) => {
        const entry = entries[index];
        if (!entry || !isValidEntry(namespace, entry)) return;
        if (entry.freshUntil > now) fresh.set(id, toOutcome(namespace, entry, 'CACHE'));
        else if (!entry.notFound) stale.set(id, entry);
      });
      return { fresh, stale };
    },

    write(namespace, id, fetched) {
      const entry = toEntry(fetched, clock.now(), staleIfErrorMs);
      const isCacheable = entry.freshUntil > entry.fetchedAt;
      if (isCacheable) validated.set(entry, namespace);
      const written = isCacheable ? store.set(id, entry) : Promise.resolve();
      return {
        outcome:
          'notFound' in fetched
            ? toErrorOutcome(fetched.notFound, entry.freshUntil)
            : toOutcome(namespace, entry, 'VENDOR'),
        persisted: written.then(() => isCacheable),
      };
    },

    staleIfError(error, stale) {
      const now = clock.now();
      if (!stale || !STALE_IF_ERROR_CODES.has(error.code) || stale.freshUntil + staleIfErrorMs <= now)
        return toErrorOutcome(error, now);
      const { value, fetchedAt, freshUntil } = stale;
      const result = { value, fetchedAt, servedFrom: 'CACHE' as const, staleReason: error };
      return { result, servedFrom: 'CACHE', freshUntil };
    },
  };
}

function toEntry(fetched: FetchedValue<unknown> | NegativeResult, fetchedAt: Instant, staleIfErrorMs: number): Entry {
  if ('notFound' in fetched) {
    const { message, reason, status } = fetched.notFound;
    const freshUntil = fetchedAt + Math.min(fetched.ttlSeconds, MAX_NEGATIVE_TTL_SECONDS) * SECOND;
    return { value: null, notFound: { message, reason, status }, fetchedAt, freshUntil, expiresAt: freshUntil };
  }
  const ttlMs = fetched.ttlSeconds * SECOND;
  const freshUntil = fetchedAt + ttlMs;
  return {
    value: fetched.value,
    fetchedAt,
    freshUntil,
    expiresAt: freshUntil + Math.max(staleIfErrorMs, swrMs(ttlMs)),
  };
}

function toErrorOutcome(result: VendorError, freshUntil: Instant): ReadOutcome {
  return { result, servedFrom: 'VENDOR', freshUntil };
}

function toNotFoundError(
  { vendor, name, endpoint }: Account & { readonly endpoint: string },
  { message, reason, status }: NegativeEntry,
): VendorError {
  const details = { ...(reason !== null && { reason }), ...(status !== null && { status }) };
  return new VendorError({ vendor, account: name, endpoint }, 'NOT_FOUND', message, details);
}
