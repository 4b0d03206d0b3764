import type { Account } from '../domain/account.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { isNotFound, VendorError } from '../domain/vendor-error.ts';
import type { AddAbortListener } from '../http/abort.ts';
import { toVendorError } from '../http/classify-error.ts';
import type { AskedTimes } from './asked-times.ts';
import {
  abortErrorFor,
  type FetchRequest,
  pick,
  type RunningRequest,
  toEntryFilter,
  toTarget,
  withControl,
} from './fetch-request.ts';
import { type FreshnessPolicy, isStale, type Lookup, MIN_RETRY_MS, type ReadOutcome, swrUntil } from './freshness.ts';
import { createHolderWait } from './holder-wait.ts';
import type { InFlightRegistry, Partition } from './in-flight.ts';
import { findWhileRenewalWaits, replaceRenewalFailures } from './joined-renewals.ts';
import type { KeyInFlight } from './key-in-flight.ts';
import { type FetchProgress, fetchWithLease } from './leased-fetch.ts';
import type { Leases } from './leases.ts';
import type { CacheReadResult } from './ports.ts';
import { toServed } from './quota-wait.ts';
import type { Entry } from './store.ts';
import { fetchFromVendor } from './vendor-fetch.ts';
import { type Received, waitFor } from './wait-for.ts';

/*
 * The read path of an account's cache, one function per step:
 *
 *   joinInFlight → lookUp → serveStaleAndRevalidate → fetchMissing (with a lease) → fetchFromVendor (vendor-fetch.ts)
 *   → staleIfError or write
 *
 * Joining comes first because it must be synchronous: after an `await`, two reads could both start a fetch of a key.
 * `waitFor` (wait-for.ts) collects the outcomes; `recordCacheUse` (account-cache.ts) records those served from the cache.
 *
 * state of the key × outcome                         the caller gets                          `onRead` records
 * ─────────────────────────────────────────────────  ───────────────────────────────────────  ────────────────────────────
 * being revalidated, within the stale window         the stale value, immediately             stale_while_revalidate
 * in flight otherwise                                the outcome of that fetch                coalesced
 *   a renewal with conditions fails, or waits for    the stale value with `staleReason`,      coalesced, stale_if_error
 *   the rate limit, and the reader has none          immediately if the renewal waits
 * fresh, or a negative entry                         the value, or NOT_FOUND                  hit
 * just past its TTL, and so are all that are missing the stale value, immediately;            stale_while_revalidate, miss;
 *                                                    a fetch goes on in the background        revalidate_failed if it fails
 * older or missing: another process fetched it       its value, or NOT_FOUND                  shared_hit
 *   the rate limit has no start now, and a stale value the stale value with `staleReason`,        stale_if_error
 *   exists within staleIfErrorSeconds                immediately; the fetch keeps its place
 *   the rate limit has no start before the deadline  VENDOR_RATE_LIMITED (quota_local)        miss
 *   the vendor returns a value or NOT_FOUND          that, written to the store               miss
 *   the vendor fails, within staleIfErrorSeconds     the stale value with `staleReason`       miss, stale_if_error
 *   the vendor fails, and the value is final         the value, without `staleReason`         miss
 *   any other error                                  the VendorError; nothing is written      miss
 * any, and the caller aborts                         what is known by then, and VENDOR_TIMEOUT for the other keys; the fetch
 *                                                    continues for its other waiters
 */

export type ReadOutcomes = ReadonlyMap<string, ReadOutcome>;

/** Counts keys of an endpoint by how they were read, for the metrics. */
export type OnCacheRead = (endpoint: string, result: CacheReadResult, keys: number) => void;

/** The parts of an account's cache that its read path uses. */
export interface ReadPipeline {
  readonly account: Account;
  readonly clock: Clock;
  readonly freshness: FreshnessPolicy;
  readonly inFlight: InFlightRegistry;
  readonly leases: Leases | undefined;
  readonly askedTimes: AskedTimes;
  readonly addAbortListener: AddAbortListener;
  readonly onRead: OnCacheRead;
  readonly onRefreshFailed: (error: VendorError) => void;
}

/**
 * Reads keys through all steps. Rejects with a VendorError if the caller aborts before anything is known, unless each key is fetched by
 * itself: it then has its own error.
 */
export async function readThrough<Key, Value>(
  pipeline: ReadPipeline,
  request: FetchRequest<Key, Value>,
): Promise<Received> {
  const { context, isEach } = request;
  try {
    if (context.signal.aborted) return addAbortErrors(pipeline, request, new Map());
    const { revalidating, inFlight, rest } = joinInFlight(pipeline, request);
    // As soon as its value is known: an entry may be written again while others are waited for.
    const onKnown = (id: string) => context.onEntriesRead?.([id]);
    for (const id of revalidating.keys()) onKnown(id);
    const started = startFetch(pipeline, { ...request, keys: pick(request.keys, rest) });
    const { clock, addAbortListener } = pipeline;
    const { signal, waitsForFresh } = context;
    const waiter = {
      signal,
      waitsForFresh,
      waitUntilMs: context.waitUntilMs?.(),
      onKnown,
      clock,
      addAbortListener,
      findWhileRenewalWaits: (key: KeyInFlight) => findWhileRenewalWaits(pipeline, request, key),
    };
    const { outcomes, failures } = await waitFor([...inFlight.values(), ...started], waiter);
    const [failure] = failures.values();
    if (failure !== undefined && !isEach) throw failure;
    const served = await replaceRenewalFailures(pipeline, request, inFlight, outcomes);
    const known = revalidating.size === 0 ? served : new Map([...revalidating, ...served]);
    return addAbortErrors(pipeline, request, known, failures);
  } catch (error) {
    context.restrictCache(pipeline.clock.now());
    throw context.signal.aborted
      ? toVendorError(context.signal.reason, toTarget(pipeline.account, request), 'waiting')
      : error;
  }
}

/** Adds the error of an aborted read for the keys of which nothing is known; throws it if nothing is known of any of a batch. */
function addAbortErrors<Key, Value>(
  { account, clock }: ReadPipeline,
  request: FetchRequest<Key, Value>,
  known: ReadOutcomes,
  failures: Received['failures'] = new Map(),
): Received {
  if (known.size + failures.size === request.keys.size) return { outcomes: known, failures };
  const createError = () => toVendorError(request.context.signal.reason, toTarget(account, request), 'waiting');
  const common = request.isEach ? null : createError();
  if (common && known.size === 0) throw common;
  const outcomes = new Map(known);
  for (const id of request.keys.keys()) {
    if (known.has(id) || failures.has(id)) continue;
    outcomes.set(id, { result: common ?? createError(), servedFrom: 'VENDOR', nextChangeAt: clock.now() });
  }
  return { outcomes, failures };
}

/** Finds the keys that are already in flight in this process. */
function joinInFlight<Key, Value>(
  { freshness, inFlight, onRead, clock }: ReadPipeline,
  { namespace, keys, context }: FetchRequest<Key, Value>,
): Partition {
  const partition = inFlight.partition(
    [...keys.keys()],
    context,
    (id) => freshness.peek(namespace, id, clock.now()) !== undefined,
  );
  const staleCount = [...partition.revalidating.values()].filter(isStale).length;
  const revalidatingCount = partition.revalidating.size - staleCount;
  if (revalidatingCount > 0) onRead(namespace.endpoint, 'stale_while_revalidate', revalidatingCount);
  if (staleCount > 0) onRead(namespace.endpoint, 'stale_if_error', staleCount);
  if (partition.inFlight.size > 0) onRead(namespace.endpoint, 'coalesced', partition.inFlight.size);
  const nextChangeAt = clock.now() + MIN_RETRY_MS;
  const revalidating = [...partition.revalidating].map(([id, outcome]): [string, ReadOutcome] => [
    id,
    isStale(outcome) ? outcome : { ...outcome, nextChangeAt },
  ]);
  return { ...partition, revalidating: new Map(revalidating) };
}

function startFetch<Key, Value>(pipeline: ReadPipeline, request: FetchRequest<Key, Value>): Iterable<KeyInFlight> {
  if (request.keys.size === 0) return [];
  const { context, keys, isEach } = request;
  const started = pipeline.inFlight.start({
    ids: [...keys.keys()],
    isEach,
    accepts: context.accepts,
    createAbortError: abortErrorFor(pipeline.account, request),
    run: (control) => readOrFetch(pipeline, withControl(request, control)),
  });
  return started.values();
}

/** Looks the keys up in the store and fetches the others, in the background where they can be served stale. */
async function readOrFetch<Key, Value>(
  pipeline: ReadPipeline,
  request: RunningRequest<Key, Value>,
): Promise<ReadOutcomes> {
  const ids = [...request.keys.keys()];
  const { fresh, stale } = await lookUp(pipeline, request, ids, 'hit');
  const missing = ids.filter((id) => !fresh.has(id));
  if (missing.length === 0) return fresh;

  const revalidatable = findRevalidatable(pipeline, request, stale);
  // If any key of a batch has to wait for the vendor, all are fetched by that call: serving stale must not cost an additional one.
  const served =
    request.isEach || revalidatable.size === missing.length
      ? serveStaleAndRevalidate(pipeline, request, revalidatable)
      : NOTHING;
  const waiting = served.size === 0 ? missing : missing.filter((id) => !served.has(id));
  if (waiting.length === 0) return new Map([...fresh, ...served]);
  const remaining = waiting.length === ids.length ? request : { ...request, keys: pick(request.keys, waiting) };
  const fetched = await fetchMissing(pipeline, remaining, stale);
  return fresh.size + served.size === 0 ? fetched : new Map([...fresh, ...served, ...fetched]);
}

const NOTHING: ReadOutcomes = new Map();

function findRevalidatable<Key, Value>(
  { clock }: ReadPipeline,
  { context: { waitsForFresh = false } }: RunningRequest<Key, Value>,
  stale: ReadonlyMap<string, Entry>,
): ReadonlyMap<string, Entry> {
  if (stale.size === 0 || waitsForFresh) return new Map();
  const now = clock.now();
  return new Map([...stale].filter(([, entry]) => swrUntil(entry) > now));
}

/** Finds what is cached; readers of a fresh key do not wait for the others. */
async function lookUp<Key, Value>(
  { freshness, onRead, clock }: ReadPipeline,
  { namespace, control, context: { accepts } }: RunningRequest<Key, Value>,
  ids: readonly string[],
  resultIfFresh: CacheReadResult,
): Promise<Lookup> {
  const lookup = await freshness.lookup(namespace, ids, accepts && toEntryFilter(accepts, clock));
  if (lookup.fresh.size > 0) onRead(namespace.endpoint, resultIfFresh, lookup.fresh.size);
  for (const [id, outcome] of lookup.fresh) control.settleKey(id, outcome);
  return lookup;
}

/** Returns stale values immediately and revalidates them in the background. */
function serveStaleAndRevalidate<Key, Value>(
  pipeline: ReadPipeline,
  request: RunningRequest<Key, Value>,
  stale: ReadonlyMap<string, Entry>,
): ReadOutcomes {
  if (stale.size === 0) return NOTHING;
  const { namespace, keys, isEach, control } = request;
  pipeline.onRead(namespace.endpoint, 'stale_while_revalidate', stale.size);
  const nextChangeAt = pipeline.clock.now() + MIN_RETRY_MS;
  const served = new Map([...stale].map(([id, entry]) => [id, toServed(entry, nextChangeAt)]));
  const ends = new Map([...stale].map(([id, entry]) => [id, swrUntil(entry)]));
  const endOfAll = [...ends.values()].reduce((earliest, end) => Math.min(earliest, end), Infinity);
  const endOf = (id: string): Instant => (isEach ? (ends.get(id) ?? endOfAll) : endOfAll);
  const ids = [...stale.keys()];
  const revalidated = { ...request, keys: pick(keys, ids) };
  pipeline.inFlight.startRevalidation(
    {
      ids,
      isEach,
      createAbortError: abortErrorFor(pipeline.account, request),
      run: (ownControl) => revalidate(pipeline, withControl(revalidated, ownControl), stale),
    },
    (id) => (pipeline.clock.now() < endOf(id) ? served.get(id) : undefined),
  );
  for (const [id, outcome] of served) control.settleKey(id, outcome);
  return served;
}

async function revalidate<Key, Value>(
  pipeline: ReadPipeline,
  request: RunningRequest<Key, Value>,
  stale: ReadonlyMap<string, Entry>,
): Promise<ReadOutcomes> {
  // Background call: not recorded on the request, which may already have ended.
  const context = { ...request.context, record: ignore, restrictCache: ignore };
  let failures = stale.size;
  try {
    const outcomes = await fetchMissing(pipeline, { ...request, context }, stale);
    const errors = [...outcomes.values()].flatMap((outcome) => failureOf(outcome) ?? []);
    failures = errors.length;
    new Set(errors).forEach(pipeline.onRefreshFailed);
    return outcomes;
  } finally {
    if (failures > 0) pipeline.onRead(request.namespace.endpoint, 'revalidate_failed', failures);
  }
}

/** Fetches in this process, or waits for the process that holds the lease. */
async function fetchMissing<Key, Value>(
  pipeline: ReadPipeline,
  request: RunningRequest<Key, Value>,
  stale: ReadonlyMap<string, Entry>,
): Promise<ReadOutcomes> {
  const { leases, clock } = pipeline;
  const { keys, context } = request;
  const fetch = (ids: readonly string[], progress?: FetchProgress) =>
    fetchFromVendor(pipeline, { ...request, keys: pick(keys, ids) }, stale, progress);
  const read = async (ids: readonly string[]) => (await lookUp(pipeline, request, ids, 'shared_hit')).fresh;
  const ids = [...keys.keys()];
  if (!leases) return (await fetch(ids)).results;
  const holderWait = createHolderWait(pipeline, request, stale);
  return fetchWithLease(ids, { leases, clock, signal: context.signal, read, fetch, holderWait });
}

function failureOf({ result }: ReadOutcome): VendorError | null {
  if (!(result instanceof VendorError)) return result.staleReason ?? null;
  return isNotFound(result) ? null : result;
}

function ignore(): void {
  // A background call is visible in the metrics only.
}
