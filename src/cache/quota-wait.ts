import type { Clock, Instant } from '../domain/clock.ts';
import { VendorError, withoutStack } from '../domain/vendor-error.ts';
import type { CallContext } from '../http/types.ts';
import type { AskedTimes } from './asked-times.ts';
import type { FetchContext } from './cache.ts';
import { type FreshnessPolicy, MIN_RETRY_MS, type ReadOutcome, swrUntil } from './freshness.ts';
import type { CacheReadResult } from './ports.ts';
import type { FetchControl } from './shared-fetch.ts';
import type { Entry } from './store.ts';

export interface QuotaWaitOptions {
  readonly freshness: FreshnessPolicy;
  readonly askedTimes: AskedTimes;
  readonly clock: Clock;
  readonly onRead: (endpoint: string, result: CacheReadResult, keys: number) => void;
}

/** A fetch, whose requests may have to wait for the rate limit. */
export interface WaitingRequest {
  readonly namespace: { readonly endpoint: string };
  readonly context: CallContext;
  readonly control: FetchControl;
}

/** Callbacks with the keys of a request. */
export interface RequestCallbacks {
  readonly onSent: (ids: readonly string[]) => void;
  readonly onWaiting?: ((ids: readonly string[], seconds: number) => void) | undefined;
}

/**
 * Gives a request of a fetch its turn. When the rate limit has no start now, readers get what is known of its keys, and it keeps its place
 * in the background, no longer recorded on the caller's request. Readers of its other keys wait, each until its own deadline, or get the
 * error at once where the start comes later. A request of live data keeps its place even so: what has never been answered goes first, and
 * would never have a turn if only requests with known values stayed until the next minute.
 */
export function waitInTurn(
  options: QuotaWaitOptions,
  request: WaitingRequest,
  ids: readonly string[],
  stale: ReadonlyMap<string, Entry>,
  callbacks?: RequestCallbacks,
): CallContext {
  const { context, control } = request;
  let isAwaited = true;
  let isWaiting = false;
  return {
    ...context,
    signal: control.signalOf(ids),
    lastAskedAt: options.askedTimes.oldest(ids, stale),
    waitUntilMs: () => control.waitUntilMs(ids),
    onUrgent: (callback) => control.onUrgent(ids, callback),
    record: (call) => {
      if (isAwaited) context.record(call);
    },
    restrictCache: (expiresAt) => {
      if (isAwaited) context.restrictCache(expiresAt);
    },
    onSent: () => callbacks?.onSent(ids),
    onQuotaWait(createError, startsAfterMs) {
      control.startWaiting(ids, () => options.freshness.staleIfError(createError(), undefined), startsAfterMs);
      if (isWaiting) return;
      isWaiting = true;
      callbacks?.onWaiting?.(ids, createError().retryAfterSeconds ?? 1);
      isAwaited = serveWhileWaiting(options, request, ids, stale, createError) < ids.length;
    },
  };
}

/** Continues a request in the background, if it keeps its place. Returns how many of its keys are served stale. */
function serveWhileWaiting(
  { freshness, clock, onRead }: QuotaWaitOptions,
  { namespace, context, control }: WaitingRequest,
  ids: readonly string[],
  stale: ReadonlyMap<string, Entry>,
  createError: () => VendorError,
): number {
  const serve = (id: string): ReadOutcome | undefined => {
    const entry = stale.get(id);
    return entry && toServedWhileWaiting({ freshness, clock }, entry, () => withoutStack(createError));
  };
  const servedCount = ids.filter((id) => serve(id) !== undefined).length;
  if (servedCount > 0) onRead(namespace.endpoint, 'stale_if_error', servedCount);
  if (servedCount > 0 || isOfLiveData(context)) control.continueInBackground(ids, serve);
  return servedCount;
}

/** What is past is asked for once, and kept: a reader that comes again has its turn. */
function isOfLiveData({ priority = 'live', isBackground = false }: CallContext): boolean {
  return priority === 'live' && !isBackground;
}

/** The outcome of a stale value that is served while a request for it waits; undefined where it is too old. */
export function toServedWhileWaiting(
  { freshness, clock }: Pick<QuotaWaitOptions, 'freshness' | 'clock'>,
  entry: Entry,
  createError: () => VendorError,
): ReadOutcome | undefined {
  if (clock.now() < swrUntil(entry)) return toServed(entry, clock.now() + MIN_RETRY_MS);
  const outcome = freshness.staleIfError(createError(), entry);
  return outcome.result instanceof VendorError ? undefined : outcome;
}

/** Creates the context of a fetch and of each of its requests; the callbacks are called with the keys of a request. */
export function createFetchContext<Key>(
  options: QuotaWaitOptions,
  request: WaitingRequest & { readonly keys: ReadonlyMap<string, Key> },
  stale: ReadonlyMap<string, Entry>,
  callbacks: RequestCallbacks,
): FetchContext<Key> {
  const { keys } = request;
  const allIds = [...keys.keys()];
  let idByKey: Map<Key, string> | undefined;
  const createContext = (ids: readonly string[]) => waitInTurn(options, request, ids, stale, callbacks);
  return {
    ...createContext(allIds),
    forKeys: (members) => {
      // The usual case: one request is for all.
      if (members.length === allIds.length) return createContext(allIds);
      idByKey ??= new Map([...keys].map(([id, key]) => [key, id]));
      const ids: string[] = [];
      for (const key of members) {
        const id = idByKey.get(key);
        if (id !== undefined) ids.push(id);
      }
      return createContext(ids);
    },
  };
}

/** The outcome of a stale value that is served while it is renewed. */
export function toServed({ value, fetchedAt, freshUntil }: Entry, nextChangeAt: Instant): ReadOutcome {
  return {
    result: { value, fetchedAt, freshUntil, servedFrom: 'CACHE' },
    servedFrom: 'CACHE',
    nextChangeAt,
    isExpired: true,
  };
}
