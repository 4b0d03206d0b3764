import type { Clock } from '../domain/clock.ts';
import { sleep } from '../http/abort.ts';
import type { Lease, Leases } from './leases.ts';

/** The wait between two polls for a key that another process fetches: short at first, for fast vendors, then doubled. */
const MIN_POLL_INTERVAL_MS = 20;
const MAX_POLL_INTERVAL_MS = 240;
/** How often a lease is renewed during its TTL: it survives a process that is busy for most of that time. */
const RENEWALS_PER_TTL = 8;

/** The result of one fetch. */
export interface FetchResult<T> {
  /** Has a result for every key of the fetch. */
  readonly results: ReadonlyMap<string, T>;
  /** Resolves to the keys whose values other processes can read, once they can. */
  readonly persisted: Promise<readonly string[]>;
}

export interface LeasedFetchOptions<T> {
  readonly leases: Leases;
  readonly clock: Clock;
  /** Ends the waiting. A running fetch is not cancelled by this signal. */
  readonly signal: AbortSignal;
  /** Returns the results that exist now. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;
  readonly fetch: (keys: readonly string[]) => Promise<FetchResult<T>>;
}

/** The state of one call: what has been collected, and the fetches of this process. */
interface LeasedFetch<T> extends LeasedFetchOptions<T> {
  readonly results: Map<string, T>;
  readonly fetches: Promise<void>[];
}

/**
 * Fetches each missing key in one process of the fleet only (distributed single-flight): the lease holder fetches, the
 * others poll until the value exists. The holder renews its lease while it fetches, however long that takes. The others
 * take the lease over once it has expired, because its holder died, or immediately if the holder has nothing to share.
 * Rejects as `fetch` does, or with the signal's reason.
 */
export async function fetchWithLease<T>(
  keys: readonly string[],
  options: LeasedFetchOptions<T>,
): Promise<ReadonlyMap<string, T>> {
  const leasedFetch: LeasedFetch<T> = { ...options, results: new Map(), fetches: [] };
  try {
    await collect(leasedFetch, keys);
  } finally {
    // No fetch outlives this call, whatever ends the waiting.
    await Promise.allSettled(leasedFetch.fetches);
  }
  await Promise.all(leasedFetch.fetches);
  return leasedFetch.results;
}

/** Polls until every key has a result or is being fetched by this process. */
async function collect<T>(leasedFetch: LeasedFetch<T>, keys: readonly string[]): Promise<void> {
  const { clock, signal } = leasedFetch;
  let missing = await poll(leasedFetch, keys);
  for (let ms = MIN_POLL_INTERVAL_MS; missing.length > 0; ms = Math.min(ms * 2, MAX_POLL_INTERVAL_MS)) {
    await sleep(ms, clock, signal);
    missing = await poll(leasedFetch, missing);
  }
}

/** Takes the free leases and reads what exists; returns the keys that another process is fetching. */
async function poll<T>(leasedFetch: LeasedFetch<T>, missing: readonly string[]): Promise<readonly string[]> {
  const { leases, signal, read } = leasedFetch;
  // Redis reads after it grants the lease, in the same round trip: a value from the previous holder is not fetched again.
  const [lease, available] = await Promise.all([leases.acquire(missing), read(missing)]);
  addResults(leasedFetch, available);
  const unavailable = missing.filter((key) => !available.has(key));
  const granted = unavailable.filter((key) => lease.granted.has(key));
  lease.release(
    missing.filter((key) => available.has(key) && lease.granted.has(key)),
    signal.aborted ? granted : [],
  );
  signal.throwIfAborted();
  if (granted.length > 0) startFetch(leasedFetch, lease, granted);
  return unavailable.filter((key) => !lease.granted.has(key));
}

function startFetch<T>(leasedFetch: LeasedFetch<T>, lease: Lease, granted: readonly string[]): void {
  const fetched = fetchUnderLease(lease, granted, leasedFetch).then((results) => {
    addResults(leasedFetch, results);
  });
  // The failure is awaited at the end; until then it must not count as an unhandled rejection.
  fetched.catch(() => undefined);
  leasedFetch.fetches.push(fetched);
}

async function fetchUnderLease<T>(
  lease: Lease,
  keys: readonly string[],
  { fetch, leases, clock }: LeasedFetchOptions<T>,
): Promise<ReadonlyMap<string, T>> {
  const stopRenewing = repeat(clock, leases.ttlMs / RENEWALS_PER_TTL, () => {
    lease.renew(keys);
  });
  try {
    const result = await fetch(keys);
    void result.persisted.then((persisted) => {
      stopRenewing();
      const persistedKeys = new Set(persisted);
      lease.release(
        persisted,
        keys.filter((key) => !persistedKeys.has(key)),
      );
    });
    return result.results;
  } catch (error) {
    stopRenewing();
    lease.release([], keys);
    throw error;
  }
}

/** Calls back every `ms` until the returned function is called. */
function repeat(clock: Clock, ms: number, callback: () => void): () => void {
  let cancel: () => void;
  const schedule = (): void => {
    cancel = clock.setTimer(ms, () => {
      callback();
      schedule();
    });
  };
  schedule();
  return () => {
    cancel();
  };
}

function addResults<T>({ results }: LeasedFetch<T>, added: ReadonlyMap<string, T>): void {
  for (const [key, result] of added) results.set(key, result);
}
