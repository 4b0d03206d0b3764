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

/** A request of a fetch, with its keys, that may have to wait for the rate limit. */
export interface WaitingRequest {
  readonly namespace: { readonly endpoint: string };
  readonly keys: ReadonlyMap<string, unknown>;
  readonly context: CallContext;
  readonly control: FetchControl;
}

/**
 * Gives a request of a fetch its turn. When the rate limit has no start now, readers get what is known of its keys, and it
 * keeps its place in the background, no longer recorded on the caller's request. Readers of its other keys wait, each until
 * its own deadline.
 */
export function waitInTurn(
  { freshness, askedTimes, clock, onRead }: QuotaWaitOptions,
  { namespace, keys, context, control }: WaitingRequest,
  stale: ReadonlyMap<string, Entry>,
): CallContext {
  const ids = [...keys.keys()];
  let isAwaited = true;
  return {
    ...context,
    lastAskedAt: askedTimes.oldest(ids, stale),
    waitUntilMs: () => control.waitUntilMs(ids),
    onUrgent: (callback) => control.onUrgent(ids, callback),
    record: (call) => {
      if (isAwaited) context.record(call);
    },
    restrictCache: (expiresAt) => {
      if (isAwaited) context.restrictCache(expiresAt);
    },
    onQuotaWait(createError) {
      control.startWaiting(ids, () => freshness.staleIfError(createError(), undefined));
      const serve = (id: string): ReadOutcome | undefined => {
        const entry = stale.get(id);
        return entry && serveWhileWaiting({ freshness, clock }, entry, () => withoutStack(createError));
      };
      const served = ids.filter((id) => serve(id) !== undefined);
      if (served.length === 0) return;
      onRead(namespace.endpoint, 'stale_if_error', served.length);
      isAwaited = served.length < ids.length;
      control.continueInBackground(ids, serve);
    },
  };
}

/** Returns what is served of a key whose request waits; undefined where the value is too old. */
export function serveWhileWaiting(
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
  callbacks: {
    readonly onSent: (ids: readonly string[]) => void;
    readonly onWaiting: ((ids: readonly string[], seconds: number) => void) | undefined;
  },
): FetchContext<Key> {
  const { keys } = request;
  const idByKey = new Map([...keys].map(([id, key]) => [key, id]));
  const createContext = (ids: readonly string[]): CallContext => {
    const context = waitInTurn(options, { ...request, keys: new Map(ids.map((id) => [id, keys.get(id)])) }, stale);
    return {
      ...context,
      onSent: () => {
        callbacks.onSent(ids);
      },
      onQuotaWait: (createError) => {
        callbacks.onWaiting?.(ids, createError().retryAfterSeconds ?? 1);
        context.onQuotaWait?.(createError);
      },
    };
  };
  return {
    ...createContext([...keys.keys()]),
    forKeys: (members) => createContext(members.flatMap((key) => idByKey.get(key) ?? [])),
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
