import type { Account } from '../domain/account.ts';
import { toCallTarget } from '../domain/call-target.ts';
import type { Clock } from '../domain/clock.ts';
import type { CallTarget, VendorError } from '../domain/vendor-error.ts';
import { vendorError } from '../http/response.ts';
import type { CacheConditions, CallContext } from '../http/types.ts';
import type { BatchFetchFn, CacheNamespace } from './cache.ts';
import type { EntryFilter } from './freshness.ts';
import type { FetchControl } from './shared-fetch.ts';

/** Keys of a namespace, by entry id, and how to fetch them. */
export interface FetchRequest<Key, Value> {
  readonly namespace: CacheNamespace<Key, Value>;
  readonly keys: ReadonlyMap<string, Key>;
  readonly context: CallContext;
  readonly fetch: BatchFetchFn<Key, Value>;
  /** Whether each key is fetched by a call of its own: it is then cancelled, served stale and fails by itself. */
  readonly isEach: boolean;
}

/** A request whose fetch runs for all its waiters. */
export interface RunningRequest<Key, Value> extends FetchRequest<Key, Value> {
  readonly control: FetchControl;
}

export function withControl<Key, Value>(
  request: FetchRequest<Key, Value>,
  control: FetchControl,
): RunningRequest<Key, Value> {
  const waitUntilMs = () => control.waitUntilMs([...request.keys.keys()]);
  return { ...request, control, context: { ...request.context, signal: control.signal, waitUntilMs } };
}

export function toTarget<Key, Value>(
  account: Account,
  { namespace: { endpoint } }: FetchRequest<Key, Value>,
): CallTarget {
  return toCallTarget(account, endpoint);
}

export function abortErrorFor<Key, Value>(account: Account, request: FetchRequest<Key, Value>): () => VendorError {
  return () => vendorError(toTarget(account, request), 'VENDOR_TIMEOUT', { reason: 'cancelled' });
}

/** The keys of these of its ids: the same map where these are all. */
export function pick<Key>(from: ReadonlyMap<string, Key>, ids: readonly string[]): ReadonlyMap<string, Key> {
  if (ids.length === from.size) return from;
  return new Map(ids.map((id) => [id, from.get(id) as Key]));
}

/** Converts conditions to the clock of entries. */
export function toEntryFilter(
  { notBeforeMs = -Infinity, freshUntilMs = -Infinity, renewedSinceMs = Infinity }: CacheConditions,
  clock: Clock,
): EntryFilter {
  const origin = clock.now() - clock.monotonicMs();
  return ({ fetchedAt, freshUntil }) =>
    fetchedAt >= origin + notBeforeMs && (freshUntil >= origin + freshUntilMs || fetchedAt >= origin + renewedSinceMs);
}

/** Whether what suits the first conditions suits the others, too, as far as these do not depend on what has been renewed. */
export function isAsStrict(of: CacheConditions | undefined, than: CacheConditions): boolean {
  const { notBeforeMs = -Infinity, freshUntilMs = -Infinity } = of ?? {};
  return notBeforeMs >= (than.notBeforeMs ?? -Infinity) && freshUntilMs >= (than.freshUntilMs ?? -Infinity);
}
