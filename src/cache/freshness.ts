import type { Account } from '../domain/account.ts';
import { toCallTarget } from '../domain/call-target.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import type { CallId, ServedFrom } from '../domain/source.ts';
import { DAY, SECOND } from '../domain/time.ts';
import { type CallTarget, isNotFound, VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import type { CachedValue, CacheNamespace, FetchedValue, NegativeResult } from './cache.ts';
import type { Entry, NegativeEntry, Store } from './store.ts';

/*
 * How long an entry lives:
 *
 *   fetchedAt ── TTL ──▶ freshUntil ── stale-while-revalidate ──▶ swrUntil
 *                        freshUntil ── stale-if-error ──────────▶ + staleIfErrorSeconds
 *
 * The store keeps it until the later of the last two dates (`expiresAt`). A negative entry has neither stale window. A
 * final value is kept for FINAL_RETENTION_MS after its TTL, and replaces a failure in all that time without being stale.
 * `fetchedAt` is when the request was sent, not when its response was complete.
 */

/** The share of its TTL during which a stale value is still served while it is revalidated. */
const SWR_TTL_RATIO = 0.1;
const MAX_SWR_MS = 30 * SECOND;
/** No stale window for very short TTLs: such callers require fresh data. */
const MIN_SWR_TTL_MS = 5 * SECOND;

/** How long a final value may replace a failure: longer than vendors keep their own data. The memory level evicts earlier. */
const FINAL_RETENTION_MS = 35 * DAY;

/** Returns how long an entry is stored at most, past which nothing of a purged one can be left. */
export function maxRetentionMs({ staleIfErrorSeconds, ttl }: RetentionSettings): number {
  const longestTtl = Math.max(0, ...Object.values(ttl));
  return (
    Math.max(longestTtl, (30 * DAY) / SECOND) * SECOND + Math.max(FINAL_RETENTION_MS, staleIfErrorSeconds * SECOND)
  );
}

interface RetentionSettings {
  readonly staleIfErrorSeconds: number;
  readonly ttl: Readonly<Record<string, number>>;
}

/** The earliest time at which it makes sense to ask again for what is being revalidated or could not be fetched. */
export const MIN_RETRY_MS = SECOND;

/** Limits negative caching regardless of the TTL: an item that does not exist now may exist soon. */
const MAX_NEGATIVE_TTL_SECONDS = 30;

/** Vendor failures that a stale value may replace. A rejection such as 401, 403 or 404 is an answer and replaces nothing. */
const STALE_IF_ERROR_CODES: ReadonlySet<VendorErrorCode> = new Set([
  'VENDOR_UNAVAILABLE',
  'VENDOR_TIMEOUT',
  'VENDOR_RATE_LIMITED',
  'VENDOR_BAD_RESPONSE',
]);

/** The result of reading one key. */
export interface ReadOutcome {
  readonly result: CachedValue<unknown> | VendorError;
  readonly servedFrom: ServedFrom;
  /**
   * When asking again can first bring something new: the end of the TTL; a second from now during revalidation; the next
   * attempt that makes sense while the vendor fails.
   */
  readonly nextChangeAt: Instant;
  /** Whether the value is served although its TTL is over, or could not be read. */
  readonly isExpired?: true;
}

/** The cached part of some keys. */
export interface Lookup {
  /** Within the TTL. */
  readonly fresh: ReadonlyMap<string, ReadOutcome>;
  /** Past the TTL, but possibly still servable as stale. */
  readonly stale: ReadonlyMap<string, Entry>;
}

export interface FreshnessOptions {
  readonly account: Account;
  readonly store: Store;
  readonly clock: Clock;
  /** For how many seconds after its TTL a value may be served while the vendor fails. */
  readonly staleIfErrorSeconds: number;
  /** Whether what was requested at this instant has been purged since; it is then not written. */
  readonly isPurged?: ((id: string, requestedAt: Instant) => boolean) | undefined;
  /** Called with the id of an entry when its value has been replaced, or written for the first time. */
  readonly onWritten?: ((id: string) => void) | undefined;
}

export type EntryFilter = (entry: Entry) => boolean;

export type AnyCacheNamespace = CacheNamespace<never, unknown>;

/** Reads and writes the entries of an account's cache, with their dates and validated. */
export interface FreshnessPolicy {
  /** Leaves out the entries that are not accepted; absent: none. */
  readonly lookup: (namespace: AnyCacheNamespace, ids: readonly string[], accepts?: EntryFilter) => Promise<Lookup>;
  /** Returns an entry of this process's memory that is within its TTL, as of `now`, and has a complete value. */
  readonly peek: (namespace: AnyCacheNamespace, id: string, now: Instant) => Entry | undefined;
  readonly write: (
    namespace: AnyCacheNamespace,
    id: string,
    fetched: FetchedValue<unknown> | NegativeResult,
    sent: SentCall,
  ) => WriteResult;
  /** Returns the final or stale value that may replace a failure, or else the failure. */
  readonly staleIfError: (error: VendorError, stale: Entry | undefined) => ReadOutcome;
}

/** The call that fetches a value: when it was sent, and what identifies it. */
export interface SentCall {
  readonly at: Instant;
  readonly id: CallId;
}

export interface WriteResult {
  readonly outcome: ReadOutcome;
  /** Resolves once other processes can read the value, or it is lost for them; null for a value that is not cached. */
  readonly written: Promise<void> | null;
}

export function createFreshnessPolicy(options: FreshnessOptions): FreshnessPolicy {
  const { account, store, clock, onWritten = () => undefined, isPurged = () => false } = options;
  const staleIfErrorMs = options.staleIfErrorSeconds * SECOND;
  const validator = createEntryValidator();
  return {
    async lookup(namespace, ids, accepts) {
      const entries = await store.getMany(ids);
      const now = clock.now();
      const fresh = new Map<string, ReadOutcome>();
      const stale = new Map<string, Entry>();
      ids.forEach((id, index) => {
        const entry = entries[index];
        if (!entry || accepts?.(entry) === false || !validator.isValid(namespace, entry)) return;
        if (entry.freshUntil > now) fresh.set(id, toOutcome(account, namespace, entry, 'CACHE'));
        else if (!entry.notFound) stale.set(id, entry);
      });
      return { fresh, stale };
    },

    peek(namespace, id, now) {
      const entry = store.peek?.(id);
      return entry && isFound(entry, now) && validator.isCompleteAndValid(namespace, entry) ? entry : undefined;
    },

    write(namespace, id, fetched, sent) {
      const entry = toEntry(fetched, sent.at, staleIfErrorMs);
      const isCacheable = entry.freshUntil > entry.fetchedAt && !isPurged(id, sent.at);
      if (isCacheable) validator.markValid(namespace, entry);
      onWritten(id);
      const written = isCacheable ? store.set(id, entry) : null;
      const outcome =
        'notFound' in fetched
          ? { result: fetched.notFound, servedFrom: 'VENDOR' as const, nextChangeAt: entry.freshUntil }
          : toOutcome(account, namespace, entry, 'VENDOR', sent.id);
      return { outcome, written };
    },

    staleIfError: (error, stale) => applyStaleIfError(error, stale, clock.now(), staleIfErrorMs),
  };
}

/** Whether the entry has a value that is within its TTL. */
function isFound({ notFound, freshUntil }: Entry, now: Instant): boolean {
  return !notFound && freshUntil > now;
}

/** Memory returns the same entry object that was written, so each object is validated only once. */
function createEntryValidator() {
  const validated = new WeakMap<Entry, AnyCacheNamespace>();
  function isValid(namespace: AnyCacheNamespace, entry: Entry): boolean {
    if (validated.get(entry) === namespace) return true;
    if (!entry.notFound && !namespace.isValid(entry.value)) return false;
    validated.set(entry, namespace);
    return true;
  }
  return {
    isValid,
    isCompleteAndValid: (namespace: AnyCacheNamespace, entry: Entry): boolean =>
      isValid(namespace, entry) && namespace.isComplete?.(entry.value) !== false,
    markValid(namespace: AnyCacheNamespace, entry: Entry): void {
      validated.set(entry, namespace);
    },
  };
}

function applyStaleIfError(
  error: VendorError,
  stale: Entry | undefined,
  now: Instant,
  staleIfErrorMs: number,
): ReadOutcome {
  const nextChangeAt = now + Math.max((error.retryAfterSeconds ?? 0) * SECOND, MIN_RETRY_MS);
  const failure: ReadOutcome = { result: error, servedFrom: 'VENDOR', nextChangeAt, isExpired: true };
  if (!stale || !STALE_IF_ERROR_CODES.has(error.code)) return failure;
  const { value, fetchedAt, freshUntil, isFinal } = stale;
  const served = { value, fetchedAt, freshUntil, servedFrom: 'CACHE' as const };
  if (isFinal) return { ...failure, result: served, servedFrom: 'CACHE' };
  if (freshUntil + staleIfErrorMs <= now) return failure;
  return { ...failure, result: { ...served, staleReason: error }, servedFrom: 'CACHE' };
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
    ...(fetched.isFinal && { isFinal: true }),
    fetchedAt,
    freshUntil,
    expiresAt: freshUntil + Math.max(staleIfErrorMs, swrMs(ttlMs), fetched.isFinal ? FINAL_RETENTION_MS : 0),
  };
}

function toOutcome(
  account: Account,
  { endpoint }: AnyCacheNamespace,
  entry: Entry,
  servedFrom: ServedFrom,
  call?: CallId,
): ReadOutcome {
  const { value, notFound, fetchedAt, freshUntil } = entry;
  const nextChangeAt = freshUntil;
  if (notFound) return { result: toNotFoundError(toCallTarget(account, endpoint), notFound), servedFrom, nextChangeAt };
  return { result: { value, fetchedAt, freshUntil, servedFrom, ...(call && { call }) }, servedFrom, nextChangeAt };
}

function toNotFoundError(target: CallTarget, { message, reason, status }: NegativeEntry): VendorError {
  const details = { ...(reason !== null && { reason }), ...(status !== null && { status }) };
  return new VendorError(target, 'NOT_FOUND', message, details);
}

/**
 * Returns for how long after its TTL a value is served immediately while it is revalidated for later readers: a tenth of the
 * TTL, at most 30 seconds, and not at all for a TTL under 5 seconds.
 */
export function swrMs(ttlMs: number): number {
  return ttlMs < MIN_SWR_TTL_MS ? 0 : Math.min(ttlMs * SWR_TTL_RATIO, MAX_SWR_MS);
}

export function isStale({ result }: ReadOutcome): boolean {
  return !(result instanceof VendorError) && result.staleReason !== undefined;
}

/** Returns until when an entry may be served while it is revalidated. */
export function swrUntil({ fetchedAt, freshUntil }: Entry): Instant {
  return freshUntil + swrMs(freshUntil - fetchedAt);
}

/** Turns a fetch's NOT_FOUND error into a negative result, so that it is cached. Other errors are rethrown. */
export function cacheNotFound<Value>(
  fetch: () => Promise<FetchedValue<Value>>,
  ttlSeconds: number,
): Promise<FetchedValue<Value> | NegativeResult> {
  return fetch().catch((error: unknown) => {
    if (error instanceof VendorError && isNotFound(error)) return { notFound: error, ttlSeconds };
    throw error;
  });
}
