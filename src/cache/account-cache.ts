import type { Account } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import { saysNotFound, VendorError } from '../domain/vendor-error.ts';
import type { CallScope } from '../http/call.ts';
import { failure } from '../http/failure.ts';
import { vendorError } from '../http/reply.ts';
import type { AccountCache, Cached, FetchMany, Fresh, NotFound, Space } from './cache.ts';
import { createDepartures } from './departures.ts';
import { type Harvest, fetchOnce } from './fetch-once.ts';
import { graceUntil } from './grace.ts';
import type { Leases } from './leases.ts';
import { createOnAbort } from './on-abort.ts';
import { type AnySpace, createShelf, type Outcome, type ShelfOptions } from './shelf.ts';
import type { Entry } from './store.ts';

export interface AccountCacheOptions extends ShelfOptions {
  readonly account: Account;
  readonly clock: Clock;
  /** What tells this account from others of its name in a store that several gateways share. */
  readonly identity?: string | undefined;
  /** Keeps processes that share the store from fetching the same at a time; absent where there is one process. */
  readonly leases?: Leases | undefined;
  /** Ends what goes on in the background. */
  readonly closing?: AbortSignal;
  /** Told how each key fared, for the metrics. */
  readonly onRead: (endpoint: string, result: ReadResult, keys: number) => void;
}

/** `grace`: served a little late, and fetched anew; `fleet`: another process fetched it meanwhile. */
export type ReadResult = 'hit' | 'joined' | 'miss' | 'stale' | 'grace' | 'fleet' | 'refresh_failed';

type Outcomes = ReadonlyMap<string, Outcome>;

/** Some keys of a space that are to be fetched, and how. */
interface Errand<Key, Value> {
  readonly space: Space<Key, Value>;
  readonly keys: ReadonlyMap<string, Key>;
  readonly scope: CallScope;
  readonly fetch: FetchMany<Key, Value>;
}

export function createAccountCache(options: AccountCacheOptions): AccountCache {
  const { account, clock, leases, identity = '', closing = new AbortController().signal, onRead } = options;
  const shelf = createShelf(options);
  const onAbort = createOnAbort();
  const departures = createDepartures(clock, onAbort);

  const idOf = <Key, Value>(space: Space<Key, Value>, key: Key): string =>
    JSON.stringify([account.vendor, account.name, identity, space.endpoint, space.version, ...space.canonical(key)]);

  async function readMany<Key, Value>(
    space: Space<Key, Value>,
    keys: readonly Key[],
    scope: CallScope,
    fetch: FetchMany<Key, Value>,
  ): Promise<readonly (Cached<Value> | VendorError)[]> {
    const gone = () => (scope.signal.aborted ? failure(scope.signal.reason, target(space.endpoint), 'waiting') : null);
    const early = gone();
    if (early) {
      scope.expires(clock.now());
      throw early;
    }
    const ids = keys.map((key) => idOf(space, key));
    const wanted = new Map(ids.map((id, index) => [id, keys[index] as Key]));
    // Whether a key is under way must be settled before the first await, or two queries would both fetch it.
    const { atOnce, joined, others } = departures.sort([...wanted.keys()]);
    if (atOnce.size > 0) onRead(space.endpoint, 'grace', atOnce.size);
    if (joined.size > 0) onRead(space.endpoint, 'joined', joined.size);
    const awaited = new Map(joined);
    if (others.length > 0) {
      const errand = { space, keys: pick(wanted, others), scope, fetch };
      const begun = departures.begin(others, abandoned(space), (signal) => resolve(withSignal(errand, signal)));
      for (const [id, one] of begun) awaited.set(id, one);
    }

    const flights = new Set([...awaited.values()].map(({ flight }) => flight));
    const leave = [...flights].map((flight) => flight.join(scope.signal));
    const { promise: end, reject } = Promise.withResolvers<never>();
    leave.push(
      onAbort(scope.signal, () => {
        reject(scope.signal.reason as Error);
      }),
    );
    try {
      const told = new Map(atOnce);
      const listen = [...awaited].map(async ([id, { outcome }]) => told.set(id, await outcome));
      await Promise.race([Promise.all(listen), end]);
      const outcomes = ids.flatMap((id) => told.get(id) ?? []);
      recordCached(space.endpoint, outcomes, scope);
      for (const { freshUntil } of outcomes) scope.expires(freshUntil);
      return outcomes.map((outcome) => outcome.told as Cached<Value> | VendorError);
    } catch (error) {
      scope.expires(clock.now());
      throw gone() ?? error;
    } finally {
      for (const one of leave) one();
    }
  }

  /** Reads what is kept, and fetches the rest. */
  async function resolve<Key, Value>(errand: Errand<Key, Value>): Promise<Outcomes> {
    const { space } = errand;
    const ids = [...errand.keys.keys()];
    const { fresh, older } = await shelf.look(space, ids);
    if (fresh.size > 0) onRead(space.endpoint, 'hit', fresh.size);
    const missing = ids.filter((id) => !fresh.has(id));
    if (missing.length === 0) return fresh;

    const rest = { ...errand, keys: pick(errand.keys, missing) };
    const now = clock.now();
    const graced = missing.flatMap((id) => {
      const entry = older.get(id);
      return entry && graceUntil(entry) > now ? [[id, entry] as const] : [];
    });
    // Where the vendor must be waited for in any case, everything comes with the same call: a grace must not cost one.
    if (graced.length < missing.length) return new Map([...fresh, ...(await obtain(rest, older))]);
    onRead(space.endpoint, 'grace', graced.length);
    return new Map([...fresh, ...refresh(rest, new Map(graced))]);
  }

  /** Fetches in the background what is just past its time; gives what is served at once. */
  function refresh<Key, Value>(errand: Errand<Key, Value>, older: ReadonlyMap<string, Entry>): Outcomes {
    const { space } = errand;
    const served = new Map(
      [...older].map(([id, { value, fetchedAt, freshUntil }]): [string, Outcome] => [
        id,
        { told: { value, fetchedAt, servedFrom: 'CACHE' }, servedFrom: 'CACHE', freshUntil },
      ]),
    );
    const until = [...older.values()].reduce((least, entry) => Math.min(least, graceUntil(entry)), Infinity);
    departures.beginUnasked([...older.keys()], abandoned(space), closing, { served, until }, async (signal) => {
      // Nobody's call: told to no query, for which it might come before or after the end.
      const scope = { ...errand.scope, signal, record: ignore, expires: ignore };
      let failed = older.size;
      try {
        const outcomes = await obtain({ ...errand, scope }, older);
        failed = [...outcomes.values()].filter(isFailure).length;
        return outcomes;
      } finally {
        if (failed > 0) onRead(space.endpoint, 'refresh_failed', failed);
      }
    });
    return served;
  }

  /** Fetches in this process or waits for the one that does; where that fails, an older answer may do. */
  async function obtain<Key, Value>(errand: Errand<Key, Value>, older: ReadonlyMap<string, Entry>): Promise<Outcomes> {
    const { space, scope } = errand;
    const ids = [...errand.keys.keys()];
    const fetch = (wanted: readonly string[]) => fetchAll({ ...errand, keys: pick(errand.keys, wanted) }, older);
    if (!leases) return (await fetch(ids)).results;
    const read = async (wanted: readonly string[]) => {
      const { fresh } = await shelf.look(space, wanted);
      if (fresh.size > 0) onRead(space.endpoint, 'fleet', fresh.size);
      return fresh;
    };
    return fetchOnce(ids, { leases, clock, signal: scope.signal, read, fetch });
  }

  async function fetchAll<Key, Value>(
    { space, keys, scope, fetch }: Errand<Key, Value>,
    older: ReadonlyMap<string, Entry>,
  ): Promise<Harvest<Outcome>> {
    onRead(space.endpoint, 'miss', keys.size);
    const fetched = await orErrors(fetch, [...keys.values()], scope);
    const results = new Map<string, Outcome>();
    const keeping: Promise<readonly string[]>[] = [];
    [...keys.keys()].forEach((id, index) => {
      const one = fetched[index];
      if (one === undefined) throw new Error(`${space.endpoint}: a fetch answered fewer keys than it was asked for`);
      if (one instanceof VendorError) {
        results.set(id, shelf.bridge(one, older.get(id)));
      } else {
        const { outcome, kept } = shelf.keep(space, id, one);
        results.set(id, outcome);
        keeping.push(kept.then((is) => (is ? [id] : [])));
      }
    });
    const stale = [...results.values()].filter(isStale).length;
    if (stale > 0) onRead(space.endpoint, 'stale', stale);
    return { results, kept: Promise.all(keeping).then((ids) => ids.flat()) };
  }

  function recordCached(endpoint: string, outcomes: readonly Outcome[], scope: CallScope): void {
    const cached = outcomes.filter(({ servedFrom }) => servedFrom === 'CACHE');
    const unknown = cached.filter(({ told }) => told instanceof VendorError).length;
    for (const [outcome, keys] of [
      ['OK', cached.length - unknown],
      ['NOT_FOUND', unknown],
    ] as const) {
      if (keys > 0)
        scope.record({ account: account.name, endpoint, outcome, servedFrom: 'CACHE', ms: 0, bytes: 0, keys });
    }
  }

  const target = (endpoint: string) => ({ vendor: account.vendor, account: account.name, endpoint });
  const abandoned = (space: AnySpace) => () =>
    vendorError(target(space.endpoint), 'VENDOR_TIMEOUT', { reason: 'cancelled' });

  return {
    readMany,
    async read(space, key, scope, fetch) {
      const [outcome] = await readMany(space, [key], scope, async (_missing, flightScope) => [
        await fetch(flightScope),
      ]);
      if (outcome === undefined || outcome instanceof VendorError) throw outcome ?? new Error('no outcome');
      return outcome;
    },
    async peek<Key, Value>(space: Space<Key, Value>, keys: readonly Key[]) {
      const ids = keys.map((key) => idOf(space, key));
      const { fresh } = await shelf.look(space, ids);
      return ids.map((id) => {
        const told = fresh.get(id)?.told;
        return told && { value: told instanceof VendorError ? null : (told.value as Value) };
      });
    },
    async putMany(space, brought, askedAt) {
      const byId = new Map(brought.map(([key, fresh]) => [idOf(space, key), fresh]));
      const kept = await shelf.look(space, [...byId.keys()]);
      for (const [id, fresh] of byId) {
        const told = kept.fresh.get(id)?.told;
        const isNewer = told !== undefined && !(told instanceof VendorError) && told.fetchedAt > askedAt;
        if (!isNewer) shelf.keep(space, id, fresh);
      }
    },
  };
}

/** A VendorError thrown counts for every key. */
async function orErrors<Key, Value>(
  fetch: FetchMany<Key, Value>,
  missing: readonly Key[],
  scope: CallScope,
): Promise<readonly (Fresh<Value> | NotFound | VendorError)[]> {
  try {
    return await fetch(missing, scope);
  } catch (error) {
    if (error instanceof VendorError) return missing.map(() => error);
    throw error;
  }
}

function withSignal<Key, Value>(errand: Errand<Key, Value>, signal: AbortSignal): Errand<Key, Value> {
  return { ...errand, scope: { ...errand.scope, signal } };
}

function pick<Key>(from: ReadonlyMap<string, Key>, ids: readonly string[]): ReadonlyMap<string, Key> {
  return new Map(ids.map((id) => [id, from.get(id) as Key]));
}

function isStale({ told }: Outcome): boolean {
  return !(told instanceof VendorError) && told.staleBecause !== undefined;
}

function isFailure(outcome: Outcome): boolean {
  return isStale(outcome) || (outcome.told instanceof VendorError && !saysNotFound(outcome.told));
}

function ignore(): void {
  // What happens in the background is told to nobody but the metrics.
}
