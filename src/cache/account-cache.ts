import type { Account } from '../domain/account.ts';
import type { Instant } from '../domain/clock.ts';
import type { Provenance } from '../domain/source.ts';
import { runInSpan } from '../domain/trace-span.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createAbortListeners } from '../http/abort.ts';
import type { CallContext } from '../http/types.ts';
import { createAskedTimes } from './asked-times.ts';
import type { BatchFetchFn, CachedValue, CacheNamespace, FetchedValue, OwnedAccountCache } from './cache.ts';
import { createFreshnessPolicy, type FreshnessOptions, type FreshnessPolicy, type ReadOutcome } from './freshness.ts';
import { createInFlightRegistry } from './in-flight.ts';
import type { Leases } from './leases.ts';
import { createPurgeFences } from './purge-fences.ts';
import { toIdPrefix } from './purge-rule.ts';
import { countOutcomes } from './read-attributes.ts';
import { type OnCacheRead, type ReadPipeline, readThrough } from './read-pipeline.ts';
import { createSteadyClock, type SteadyClock } from './steady-clock.ts';

export interface AccountCacheOptions extends FreshnessOptions {
  /** Distinguishes this account from others of its name in a store that several gateways share. */
  readonly fingerprint?: string | undefined;
  /** Keeps processes that share the store from fetching the same key at a time; absent for a single process. */
  readonly leases?: Leases | undefined;
  /** Whether what is fresh in memory is read without a promise; absent: it is. */
  readonly synchronousReads?: boolean | undefined;
  /** Cancels background fetches. */
  readonly shutdownSignal?: AbortSignal;
  readonly onRead: OnCacheRead;
  /** Receives the error of a background fetch that failed, of which no request is notified; once for each call. */
  readonly onRefreshFailed?: (error: VendorError) => void;
}

/** A read path whose instants are steady; those that leave the cache are of the wall clock. */
type SteadyPipeline = ReadPipeline & { readonly clock: SteadyClock };

type ToEntryId = <Key, Value>(namespace: CacheNamespace<Key, Value>, key: Key) => string;

export function createAccountCache(options: AccountCacheOptions): OwnedAccountCache {
  const { account, fingerprint = '', synchronousReads = true, store } = options;
  const { pipeline, fences } = createPipeline(options);
  const { clock, freshness, inFlight } = pipeline;

  const toEntryId = createEntryIds([account.vendor, account.name, fingerprint]);

  return {
    idPrefix: toIdPrefix(account.vendor, account.name, fingerprint),
    readMany: (namespace, keys, context, fetch) => readMany(pipeline, toEntryId, namespace, keys, context, fetch),
    async read(namespace, key, context, fetch) {
      const fetchOne = async (_missing: unknown, fetchContext: CallContext) => [await fetch(fetchContext)];
      const [outcome] = await readMany(pipeline, toEntryId, namespace, [key], context, fetchOne);
      if (outcome === undefined || outcome instanceof VendorError) throw outcome ?? new Error('no outcome');
      return outcome;
    },
    readInMemory: (namespace, key, context) =>
      synchronousReads && context.accepts === undefined && !context.signal.aborted
        ? readInMemory(pipeline, toEntryId(namespace, key), namespace, context)
        : undefined,
    async peek<Key, Value>(namespace: CacheNamespace<Key, Value>, keys: readonly Key[]) {
      const ids = keys.map((key) => toEntryId(namespace, key));
      const { fresh } = await freshness.lookup(namespace, ids);
      return ids.map((id) => {
        const result = fresh.get(id)?.result;
        return result && { value: result instanceof VendorError ? null : (result.value as Value) };
      });
    },
    async primeMany(namespace, entries, requestedAt) {
      const fetchedById = new Map(entries.map(([key, fetched]) => [toEntryId(namespace, key), fetched]));
      await prime(freshness, namespace, fetchedById, clock.toSteady(requestedAt));
    },
    purge(matches) {
      fences.add(matches);
      inFlight.detach(matches);
      return store.drop?.(matches) ?? [];
    },
  };
}

/** The ids are JSON lists. What all entries of a namespace share is written once: a query reads hundreds of entries. */
function createEntryIds(accountParts: readonly string[]): ToEntryId {
  const prefixes = new WeakMap<object, string>();
  return (namespace, key) => {
    let prefix = prefixes.get(namespace);
    if (prefix === undefined) {
      prefix = JSON.stringify([...accountParts, namespace.endpoint, namespace.version]).slice(0, -1);
      prefixes.set(namespace, prefix);
    }
    let id = prefix;
    for (const part of namespace.keyParts(key)) id += `,${JSON.stringify(part)}`;
    return `${id}]`;
  };
}

function createPipeline(options: AccountCacheOptions) {
  const { account, leases, shutdownSignal = new AbortController().signal } = options;
  const { onRead, onRefreshFailed = () => undefined } = options;
  const clock = createSteadyClock(options.clock);
  const fences = createPurgeFences(clock);
  const freshness = createFreshnessPolicy({ ...options, clock, isPurged: fences.isPurged });
  const addAbortListener = createAbortListeners();
  const inFlight = createInFlightRegistry(clock, addAbortListener, shutdownSignal);
  const askedTimes = createAskedTimes(clock);
  const observers = { onRead, onRefreshFailed };
  const pipeline = { account, clock, freshness, inFlight, leases, askedTimes, addAbortListener, ...observers };
  return { pipeline, fences };
}

function readMany<Key, Value>(
  pipeline: SteadyPipeline,
  toEntryId: ToEntryId,
  namespace: CacheNamespace<Key, Value>,
  keys: readonly Key[],
  context: CallContext,
  fetch: BatchFetchFn<Key, Value>,
): Promise<readonly (CachedValue<Value> | VendorError)[]> {
  if (!context.span) return readAll(pipeline, toEntryId, namespace, keys, context, fetch);
  const { endpoint } = namespace;
  const attributes = { 'switchboard.account': pipeline.account.name, 'switchboard.endpoint': endpoint };
  return runInSpan(context.span.startChild(`cache read ${endpoint}`, 'internal', attributes), (span) =>
    readAll(pipeline, toEntryId, namespace, keys, { ...context, span }, fetch),
  );
}

async function readAll<Key, Value>(
  pipeline: SteadyPipeline,
  toEntryId: ToEntryId,
  namespace: CacheNamespace<Key, Value>,
  keys: readonly Key[],
  callerContext: CallContext,
  fetch: BatchFetchFn<Key, Value>,
): Promise<readonly (CachedValue<Value> | VendorError)[]> {
  const { toWallClock } = pipeline.clock;
  const context: CallContext = {
    ...callerContext,
    restrictCache: (at) => {
      callerContext.restrictCache(toWallClock(at));
    },
  };
  const ids = keys.map((key) => toEntryId(namespace, key));
  const keyById = new Map(ids.map((id, index) => [id, keys[index] as Key]));
  const outcomeById = await readThrough(pipeline, { namespace, keys: keyById, context, fetch });
  const outcomes = ids.flatMap((id) => outcomeById.get(id) ?? []);
  recordCacheUse(pipeline.account, namespace.endpoint, outcomes, context);
  context.span?.setAttributes(countOutcomes(outcomes));
  if (outcomes.some(({ isExpired }) => isExpired)) context.preventReuse?.();
  return outcomes.map(({ result }) =>
    result instanceof VendorError
      ? result
      : { ...result, value: result.value as Value, ...toWallTimes(result, toWallClock) },
  );
}

function toWallTimes(
  { fetchedAt, freshUntil }: Provenance,
  toWallClock: (at: Instant) => Instant,
): Pick<Provenance, 'fetchedAt' | 'freshUntil'> {
  return {
    fetchedAt: toWallClock(fetchedAt),
    ...(freshUntil !== undefined && { freshUntil: toWallClock(freshUntil) }),
  };
}

/** A key in flight is left to `readMany`: its readers get what that fetch brings, and make it urgent. */
function readInMemory<Key, Value>(
  { account, clock, freshness, inFlight, onRead }: SteadyPipeline,
  id: string,
  namespace: CacheNamespace<Key, Value>,
  context: CallContext,
): CachedValue<Value> | undefined {
  const entry = inFlight.has(id) ? undefined : freshness.peek(namespace, id);
  if (!entry) return undefined;
  const { endpoint, isBatched } = namespace;
  onRead(endpoint, 'hit', 1);
  const zeros = { ms: 0, bytes: 0 };
  context.record({ account: account.name, endpoint, outcome: 'OK', servedFrom: 'CACHE', ...zeros, keys: 1 }, isBatched);
  const freshUntil = clock.toWallClock(entry.freshUntil);
  context.restrictCache(freshUntil);
  context.onEntriesRead?.([id]);
  return {
    value: entry.value as Value,
    fetchedAt: clock.toWallClock(entry.fetchedAt),
    freshUntil,
    servedFrom: 'CACHE',
  };
}

/** Records on the request which results come from the cache, and when asking again can first bring something new. */
function recordCacheUse(
  account: Account,
  endpoint: string,
  outcomes: readonly ReadOutcome[],
  context: CallContext,
): void {
  const fromCache = outcomes.filter(({ servedFrom }) => servedFrom === 'CACHE');
  const notFoundCount = fromCache.filter(({ result }) => result instanceof VendorError).length;
  for (const [outcome, keys] of [
    ['OK', fromCache.length - notFoundCount],
    ['NOT_FOUND', notFoundCount],
  ] as const) {
    if (keys > 0)
      context.record({ account: account.name, endpoint, outcome, servedFrom: 'CACHE', ms: 0, bytes: 0, keys });
  }
  for (const { nextChangeAt } of outcomes) context.restrictCache(nextChangeAt);
}

async function prime<Key, Value>(
  freshness: FreshnessPolicy,
  namespace: CacheNamespace<Key, Value>,
  fetchedById: ReadonlyMap<string, FetchedValue<Value>>,
  requestedAt: Instant,
): Promise<void> {
  const { fresh } = await freshness.lookup(namespace, [...fetchedById.keys()]);
  for (const [id, fetched] of fetchedById) {
    const result = fresh.get(id)?.result;
    const isNewer = result !== undefined && !(result instanceof VendorError) && result.fetchedAt > requestedAt;
    if (!isNewer) freshness.write(namespace, id, fetched, { at: requestedAt, id: Symbol(namespace.endpoint) });
  }
}
