import type { Account } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import { isNotFound, VendorError } from '../domain/vendor-error.ts';
import type { CallContext } from '../http/types.ts';
import { toVendorError } from '../http/classify-error.ts';
import { vendorError } from '../http/response.ts';
import type { AccountCache, CachedValue, BatchFetchFn, FetchedValue, NegativeResult, CacheNamespace } from './cache.ts';
import { createInFlightRegistry } from './in-flight.ts';
import { type FetchResult, fetchWithLease } from './leased-fetch.ts';
import { swrUntil } from './stale-while-revalidate.ts';
import type { Leases } from './leases.ts';
import { createAbortListeners } from '../http/abort.ts';
import { type AnyCacheNamespace, createFreshnessPolicy, type ReadOutcome, type FreshnessOptions } from './freshness.ts';
import type { CacheReadResult } from './ports.ts';
import type { Entry } from './store.ts';

export interface AccountCacheOptions extends FreshnessOptions {
  readonly account: Account;
  readonly clock: Clock;
  /** What tells this account from others of its name in a store that several gateways share. */
  readonly fingerprint?: string | undefined;
  /** Keeps processes that share the store from fetching the same at a time; absent where there is one process. */
  readonly leases?: Leases | undefined;
  /** Ends what goes on in the background. */
  readonly shutdownSignal?: AbortSignal;
  /** Told how each key fared, for the metrics. */
  readonly onRead: (endpoint: string, result: CacheReadResult, keys: number) => void;
}

type ReadOutcomes = ReadonlyMap<string, ReadOutcome>;

/** Some keys of a space that are to be fetched, and how. */
interface FetchRequest<Key, Value> {
  readonly namespace: CacheNamespace<Key, Value>;
  readonly keys: ReadonlyMap<string, Key>;
  readonly context: CallContext;
  readonly fetch: BatchFetchFn<Key, Value>;
}

export function createAccountCache(options: AccountCacheOptions): AccountCache {
  const { account, clock, leases, fingerprint = '', shutdownSignal = new AbortController().signal, onRead } = options;
  const freshness = createFreshnessPolicy(options);
  const addAbortListener = createAbortListeners();
  const inFlightRegistry = createInFlightRegistry(clock, addAbortListener);

  const toEntryId = <Key, Value>(namespace: CacheNamespace<Key, Value>, key: Key): string =>
    JSON.stringify([
      account.vendor,
      account.name,
      fingerprint,
      namespace.endpoint,
      namespace.version,
      ...namespace.keyParts(key),
    ]);

  async function readMany<Key, Value>(
    namespace: CacheNamespace<Key, Value>,
    keys: readonly Key[],
    context: CallContext,
    fetch: BatchFetchFn<Key, Value>,
  ): Promise<readonly (CachedValue<Value> | VendorError)[]> {
    const abortError = () =>
      context.signal.aborted ? toVendorError(context.signal.reason, toTarget(namespace.endpoint), 'waiting') : null;
    const abortedEarly = abortError();
    if (abortedEarly) {
      context.restrictCache(clock.now());
      throw abortedEarly;
    }
    const ids = keys.map((key) => toEntryId(namespace, key));
    const keyById = new Map(ids.map((id, index) => [id, keys[index] as Key]));
    // Whether a key is under way must be settled before the first await, or two queries would both fetch it.
    const { revalidating, inFlight, rest } = inFlightRegistry.partition([...keyById.keys()]);
    if (revalidating.size > 0) onRead(namespace.endpoint, 'stale_while_revalidate', revalidating.size);
    if (inFlight.size > 0) onRead(namespace.endpoint, 'coalesced', inFlight.size);
    const inFlightEntries = new Map(inFlight);
    if (rest.length > 0) {
      const request = { namespace, keys: pick(keyById, rest), context, fetch };
      const started = inFlightRegistry.start(rest, abortErrorFor(namespace), (signal) =>
        readOrFetch(withSignal(request, signal)),
      );
      for (const [id, entry] of started) inFlightEntries.set(id, entry);
    }

    const sharedFetches = new Set([...inFlightEntries.values()].map(({ sharedFetch }) => sharedFetch));
    const releases = [...sharedFetches].map((sharedFetch) => sharedFetch.join(context.signal));
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    releases.push(
      addAbortListener(context.signal, () => {
        reject(context.signal.reason as Error);
      }),
    );
    try {
      const outcomeById = new Map(revalidating);
      const collecting = [...inFlightEntries].map(async ([id, { outcome }]) => outcomeById.set(id, await outcome));
      await Promise.race([Promise.all(collecting), aborted]);
      const outcomes = ids.flatMap((id) => outcomeById.get(id) ?? []);
      recordCacheUse(namespace.endpoint, outcomes, context);
      for (const { freshUntil } of outcomes) context.restrictCache(freshUntil);
      return outcomes.map((outcome) => outcome.result as CachedValue<Value> | VendorError);
    } catch (error) {
      context.restrictCache(clock.now());
      throw abortError() ?? error;
    } finally {
      for (const release of releases) release();
    }
  }

  /** Reads what is kept, and fetches the rest. */
  async function readOrFetch<Key, Value>(request: FetchRequest<Key, Value>): Promise<ReadOutcomes> {
    const { namespace } = request;
    const ids = [...request.keys.keys()];
    const { fresh, stale } = await freshness.lookup(namespace, ids);
    if (fresh.size > 0) onRead(namespace.endpoint, 'hit', fresh.size);
    const missing = ids.filter((id) => !fresh.has(id));
    if (missing.length === 0) return fresh;

    const remaining = { ...request, keys: pick(request.keys, missing) };
    const now = clock.now();
    const revalidatable = missing.flatMap((id) => {
      const entry = stale.get(id);
      return entry && swrUntil(entry) > now ? [[id, entry] as const] : [];
    });
    // Where the vendor must be waited for in any case, everything comes with the same call: a grace must not cost one.
    if (revalidatable.length < missing.length) return new Map([...fresh, ...(await fetchMissing(remaining, stale))]);
    onRead(namespace.endpoint, 'stale_while_revalidate', revalidatable.length);
    return new Map([...fresh, ...revalidate(remaining, new Map(revalidatable))]);
  }

  /** Fetches in the background what is just past its time; gives what is served at once. */
  function revalidate<Key, Value>(request: FetchRequest<Key, Value>, stale: ReadonlyMap<string, Entry>): ReadOutcomes {
    const { namespace } = request;
    const served = new Map(
      [...stale].map(([id, { value, fetchedAt, freshUntil }]): [string, ReadOutcome] => [
        id,
        { result: { value, fetchedAt, servedFrom: 'CACHE' }, servedFrom: 'CACHE', freshUntil },
      ]),
    );
    const endsAt = [...stale.values()].reduce((earliest, entry) => Math.min(earliest, swrUntil(entry)), Infinity);
    inFlightRegistry.startRevalidation(
      [...stale.keys()],
      abortErrorFor(namespace),
      shutdownSignal,
      { served, endsAt },
      async (signal) => {
        // Nobody's call: told to no query, for which it might come before or after the end.
        const context = { ...request.context, signal, record: noop, restrictCache: noop };
        let failed = stale.size;
        try {
          const outcomes = await fetchMissing({ ...request, context }, stale);
          failed = [...outcomes.values()].filter(isFailure).length;
          return outcomes;
        } finally {
          if (failed > 0) onRead(namespace.endpoint, 'revalidate_failed', failed);
        }
      },
    );
    return served;
  }

  /** Fetches in this process or waits for the one that does; where that fails, an older answer may do. */
  async function fetchMissing<Key, Value>(
    request: FetchRequest<Key, Value>,
    stale: ReadonlyMap<string, Entry>,
  ): Promise<ReadOutcomes> {
    const { namespace, context } = request;
    const ids = [...request.keys.keys()];
    const fetch = (missing: readonly string[]) =>
      fetchFromVendor({ ...request, keys: pick(request.keys, missing) }, stale);
    if (!leases) return (await fetch(ids)).results;
    const read = async (missing: readonly string[]) => {
      const { fresh } = await freshness.lookup(namespace, missing);
      if (fresh.size > 0) onRead(namespace.endpoint, 'shared_hit', fresh.size);
      return fresh;
    };
    return fetchWithLease(ids, { leases, clock, signal: context.signal, read, fetch });
  }

  async function fetchFromVendor<Key, Value>(
    { namespace, keys, context, fetch }: FetchRequest<Key, Value>,
    stale: ReadonlyMap<string, Entry>,
  ): Promise<FetchResult<ReadOutcome>> {
    onRead(namespace.endpoint, 'miss', keys.size);
    const fetched = await fetchOrErrors(fetch, [...keys.values()], context);
    const results = new Map<string, ReadOutcome>();
    const writes: Promise<readonly string[]>[] = [];
    [...keys.keys()].forEach((id, index) => {
      const result = fetched[index];
      if (result === undefined)
        throw new Error(`${namespace.endpoint}: a fetch answered fewer keys than it was asked for`);
      if (result instanceof VendorError) {
        results.set(id, freshness.staleIfError(result, stale.get(id)));
      } else {
        const { outcome, persisted } = freshness.write(namespace, id, result);
        results.set(id, outcome);
        writes.push(persisted.then((isPersisted) => (isPersisted ? [id] : [])));
      }
    });
    const staleCount = [...results.values()].filter(isStale).length;
    if (staleCount > 0) onRead(namespace.endpoint, 'stale_if_error', staleCount);
    return { results, persisted: Promise.all(writes).then((ids) => ids.flat()) };
  }

  function recordCacheUse(endpoint: string, outcomes: readonly ReadOutcome[], context: CallContext): void {
    const fromCache = outcomes.filter(({ servedFrom }) => servedFrom === 'CACHE');
    const notFoundCount = fromCache.filter(({ result }) => result instanceof VendorError).length;
    for (const [outcome, keys] of [
      ['OK', fromCache.length - notFoundCount],
      ['NOT_FOUND', notFoundCount],
    ] as const) {
      if (keys > 0)
        context.record({ account: account.name, endpoint, outcome, servedFrom: 'CACHE', ms: 0, bytes: 0, keys });
    }
  }

  const toTarget = (endpoint: string) => ({ vendor: account.vendor, account: account.name, endpoint });
  const abortErrorFor = (namespace: AnyCacheNamespace) => () =>
    vendorError(toTarget(namespace.endpoint), 'VENDOR_TIMEOUT', { reason: 'cancelled' });

  return {
    readMany,
    async read(namespace, key, context, fetch) {
      const [outcome] = await readMany(namespace, [key], context, async (_missing, fetchContext) => [
        await fetch(fetchContext),
      ]);
      if (outcome === undefined || outcome instanceof VendorError) throw outcome ?? new Error('no outcome');
      return outcome;
    },
    async peek<Key, Value>(namespace: CacheNamespace<Key, Value>, keys: readonly Key[]) {
      const ids = keys.map((key) => toEntryId(namespace, key));
      const { fresh } = await freshness.lookup(namespace, ids);
      return ids.map((id) => {
        const result = fresh.get(id)?.result;
        return result && { value: result instanceof VendorError ? null : (result.value as Value) };
      });
    },
    async primeMany(namespace, entries, requestedAt) {
      const byId = new Map(entries.map(([key, fetched]) => [toEntryId(namespace, key), fetched]));
      const current = await freshness.lookup(namespace, [...byId.keys()]);
      for (const [id, fetched] of byId) {
        const result = current.fresh.get(id)?.result;
        const isNewer = result !== undefined && !(result instanceof VendorError) && result.fetchedAt > requestedAt;
        if (!isNewer) freshness.write(namespace, id, fetched);
      }
    },
  };
}

/** A VendorError thrown counts for every key. */
async function fetchOrErrors<Key, Value>(
  fetch: BatchFetchFn<Key, Value>,
  missing: readonly Key[],
  context: CallContext,
): Promise<readonly (FetchedValue<Value> | NegativeResult | VendorError)[]> {
  try {
    return await fetch(missing, context);
  } catch (error) {
    if (error instanceof VendorError) return missing.map(() => error);
    throw error;
  }
}

function withSignal<Key, Value>(request: FetchRequest<Key, Value>, signal: AbortSignal): FetchRequest<Key, Value> {
  return { ...request, context: { ...request.context, signal } };
}

function pick<Key>(from: ReadonlyMap<string, Key>, ids: readonly string[]): ReadonlyMap<string, Key> {
  return new Map(ids.map((id) => [id, from.get(id) as Key]));
}

function isStale({ result }: ReadOutcome): boolean {
  return !(result instanceof VendorError) && result.staleReason !== undefined;
}

function isFailure(outcome: ReadOutcome): boolean {
  return isStale(outcome) || (outcome.result instanceof VendorError && !isNotFound(outcome.result));
}

function noop(): void {
  // What happens in the background is told to nobody but the metrics.
}
