import type { Account } from '../domain/account.ts';
import type { Instant } from '../domain/clock.ts';
import { runInSpan } from '../domain/trace-span.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createAbortListeners } from '../http/abort.ts';
import type { CallContext } from '../http/types.ts';
import { createAskedTimes } from './asked-times.ts';
import type { AccountCache, CachedValue, CacheNamespace, FetchedValue, OwnedAccountCache } from './cache.ts';
import { toBatchFetch } from './each-fetch.ts';
import type { FetchRequest } from './fetch-request.ts';
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

type ToEntryId = AccountCache['entryId'];

export function createAccountCache(options: AccountCacheOptions): OwnedAccountCache {
  const { account, fingerprint = '', synchronousReads = true, store } = options;
  const { pipeline, fences } = createPipeline(options);
  const { clock, freshness, inFlight } = pipeline;

  const toEntryId = createEntryIds([account.vendor, account.name, fingerprint]);

  return {
    idPrefix: toIdPrefix(account.vendor, account.name, fingerprint),
    ...createReads(pipeline, toEntryId),
    entryId: toEntryId,
    readInMemory: (namespace, id, context) =>
      synchronousReads && context.accepts === undefined && !context.signal.aborted
        ? readInMemory(pipeline, id, namespace, context)
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
    return `${prefix},${JSON.stringify(namespace.keyParts(key)).slice(1)}`;
  };
}

function createReads(
  pipeline: SteadyPipeline,
  toEntryId: ToEntryId,
): Pick<AccountCache, 'readMany' | 'readEach' | 'read'> {
  return {
    async readMany(namespace, keys, context, fetch, ids) {
      const results = await readMany(pipeline, toEntryId, { namespace, keys, ids, context, fetch, isEach: false });
      return results.map((result) => {
        if (result instanceof Error && !(result instanceof VendorError)) throw result;
        return result;
      });
    },
    readEach: (namespace, keys, context, fetch, ids) =>
      readMany(pipeline, toEntryId, { namespace, keys, ids, context, fetch: toBatchFetch(fetch), isEach: true }),
    async read(namespace, key, context, fetch) {
      const fetchEach = toBatchFetch((_key: typeof key, fetchContext) => fetch(fetchContext));
      const reading = { namespace, keys: [key], context, fetch: fetchEach, isEach: true };
      const [result] = await readMany(pipeline, toEntryId, reading);
      if (result === undefined || result instanceof Error) throw result ?? new Error('no outcome');
      return result;
    },
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

interface Reading<Key, Value> extends Omit<FetchRequest<Key, Value>, 'keys'> {
  readonly keys: readonly Key[];
  /** The ids of their entries; absent: to be composed. */
  readonly ids?: readonly string[] | undefined;
}

type Results<Value> = readonly (CachedValue<Value> | Error)[];

function readMany<Key, Value>(
  pipeline: SteadyPipeline,
  toEntryId: ToEntryId,
  reading: Reading<Key, Value>,
): Promise<Results<Value>> {
  const { context, namespace } = reading;
  if (!context.span) return readAll(pipeline, toEntryId, reading);
  const { endpoint } = namespace;
  const attributes = { 'switchboard.account': pipeline.account.name, 'switchboard.endpoint': endpoint };
  return runInSpan(context.span.startChild(`cache read ${endpoint}`, 'internal', attributes), (span) =>
    readAll(pipeline, toEntryId, { ...reading, context: { ...context, span } }),
  );
}

async function readAll<Key, Value>(
  pipeline: SteadyPipeline,
  toEntryId: ToEntryId,
  reading: Reading<Key, Value>,
): Promise<Results<Value>> {
  const { namespace, keys, isEach, context: callerContext } = reading;
  const { toWallClock } = pipeline.clock;
  const context: CallContext = {
    ...callerContext,
    restrictCache: (at) => {
      callerContext.restrictCache(toWallClock(at));
    },
  };
  const ids = reading.ids ?? keys.map((key) => toEntryId(namespace, key));
  const keyById = new Map<string, Key>();
  ids.forEach((id, index) => keyById.set(id, keys[index] as Key));
  const { outcomes: outcomeById, failures } = await readThrough(pipeline, { ...reading, keys: keyById, context });
  const outcomes = ids.map((id) => outcomeById.get(id)).filter((outcome) => outcome !== undefined);
  recordCacheUse(pipeline.account, namespace.endpoint, outcomes, context, isEach);
  context.span?.setAttributes(countOutcomes(outcomes));
  if (outcomes.some(({ isExpired }) => isExpired)) context.preventReuse?.();
  return ids.map((id) => {
    const result = outcomeById.get(id)?.result;
    if (result === undefined) return failures.get(id) ?? new Error('no outcome');
    if (result instanceof VendorError) return result;
    return toWallTimes(result as CachedValue<Value>, toWallClock);
  });
}

function toWallTimes<Value>(result: CachedValue<Value>, toWallClock: (at: Instant) => Instant): CachedValue<Value> {
  const fetchedAt = toWallClock(result.fetchedAt);
  if (result.freshUntil === undefined) return { ...result, fetchedAt };
  return { ...result, fetchedAt, freshUntil: toWallClock(result.freshUntil) };
}

/** A key in flight is left to `readMany`: its readers get what that fetch brings, and make it urgent. */
function readInMemory<Value>(
  { account, clock, freshness, inFlight, onRead }: SteadyPipeline,
  id: string,
  namespace: CacheNamespace<never, Value>,
  context: CallContext,
): CachedValue<Value> | undefined {
  const now = clock.now();
  const entry = inFlight.has(id) ? undefined : freshness.peek(namespace, id, now);
  if (!entry) return undefined;
  const { endpoint, isBatched } = namespace;
  onRead(endpoint, 'hit', 1);
  context.record(
    { account: account.name, endpoint, outcome: 'OK', servedFrom: 'CACHE', ms: 0, bytes: 0, keys: 1 },
    isBatched,
  );
  const lead = clock.wallClockLead(now);
  const freshUntil = Math.round(entry.freshUntil + lead);
  context.restrictCache(freshUntil);
  context.onEntriesRead?.([id]);
  return {
    value: entry.value as Value,
    fetchedAt: Math.round(entry.fetchedAt + lead),
    freshUntil,
    servedFrom: 'CACHE',
  };
}

/**
 * Records on the request which results come from the cache, and when asking again can first bring something new. Those of a batch are one
 * record, as they would be one call.
 */
function recordCacheUse(
  account: Account,
  endpoint: string,
  outcomes: readonly ReadOutcome[],
  context: CallContext,
  isEach: boolean,
): void {
  const counts = { OK: 0, NOT_FOUND: 0 };
  for (const { result, servedFrom, nextChangeAt } of outcomes) {
    context.restrictCache(nextChangeAt);
    if (servedFrom === 'CACHE') counts[result instanceof VendorError ? 'NOT_FOUND' : 'OK'] += 1;
  }
  for (const outcome of ['OK', 'NOT_FOUND'] as const) {
    const records = isEach ? counts[outcome] : Math.min(1, counts[outcome]);
    const keys = isEach ? 1 : counts[outcome];
    for (let count = 0; count < records; count += 1)
      context.record({ account: account.name, endpoint, outcome, servedFrom: 'CACHE', ms: 0, bytes: 0, keys });
  }
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
