import type { Clock } from '../domain/clock.ts';
import { sleep } from '../http/abort.ts';
import type { Lease, Leases } from './leases.ts';

/** How long to wait between looks at what another process is fetching: short at first, for quick vendors. Milliseconds. */
const MIN_POLL_INTERVAL_MS = 20;
const MAX_POLL_INTERVAL_MS = 80;

/** What a fetch came to. */
export interface FetchResult<T> {
  /** For every key that was to be fetched. */
  readonly results: ReadonlyMap<string, T>;
  /** The keys whose values other processes can read, once they can. */
  readonly persisted: Promise<readonly string[]>;
}

export interface LeasedFetchOptions<T> {
  readonly leases: Leases;
  readonly clock: Clock;
  /** Ends the waiting; what is fetched is told by other means. */
  readonly signal: AbortSignal;
  /** What is there (now), of these keys. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;
  readonly fetch: (keys: readonly string[]) => Promise<FetchResult<T>>;
}

/**
 * Gets what no process has, each key in one process only: whoever gets the lease fetches, the others look again and again
 * whether it is there. They wait no longer than a lease lasts; then they fetch themselves, as they do at once where the
 * holder has nothing to share. Rejects as `fetch` does, or with the signal's reason.
 */
export async function fetchWithLease<T>(
  keys: readonly string[],
  options: LeasedFetchOptions<T>,
): Promise<ReadonlyMap<string, T>> {
  const { leases, clock, signal, read } = options;
  const giveUpAt = clock.monotonicMs() + leases.ttlMs;
  const results = new Map<string, T>();
  const fetches: Promise<void>[] = [];
  const addResults = (added: ReadonlyMap<string, T>): void => {
    for (const [key, result] of added) results.set(key, result);
  };

  async function poll(missing: readonly string[]): Promise<readonly string[]> {
    // Read after the lease was taken, in the same round trip: what its last holder brought must not be fetched again.
    const [lease, available] = await Promise.all([leases.acquire(missing), read(missing)]);
    addResults(available);
    const unavailable = missing.filter((key) => !available.has(key));
    const granted = unavailable.filter((key) => lease.granted.has(key));
    lease.release(
      missing.filter((key) => available.has(key) && lease.granted.has(key)),
      signal.aborted ? granted : [],
    );
    signal.throwIfAborted();
    if (granted.length > 0) startFetch(lease, granted);
    return unavailable.filter((key) => !lease.granted.has(key));
  }

  function startFetch(lease: Lease, granted: readonly string[]): void {
    const fetched = fetchUnderLease(lease, granted, options).then(addResults);
    // Heard in the end; until then a failure must not seem to be nobody's.
    fetched.catch(() => undefined);
    fetches.push(fetched);
  }

  async function waitForAll(): Promise<void> {
    let missing = await poll(keys);
    for (let ms = MIN_POLL_INTERVAL_MS; missing.length > 0; ms = Math.min(ms * 2, MAX_POLL_INTERVAL_MS)) {
      await sleep(ms, clock, signal);
      if (clock.monotonicMs() < giveUpAt) {
        missing = await poll(missing);
      } else {
        addResults((await options.fetch(missing)).results);
        missing = [];
      }
    }
  }

  try {
    await waitForAll();
  } finally {
    // Whatever ends the waiting, nothing goes on behind the caller's back.
    await Promise.allSettled(fetches);
  }
  await Promise.all(fetches);
  return results;
}

async function fetchUnderLease<T>(
  lease: Lease,
  keys: readonly string[],
  { fetch }: LeasedFetchOptions<T>,
): Promise<ReadonlyMap<string, T>> {
  try {
    const result = await fetch(keys);
    void result.persisted.then((persisted) => {
      const persistedKeys = new Set(persisted);
      lease.release(
        persisted,
        keys.filter((key) => !persistedKeys.has(key)),
      );
    });
    return result.results;
  } catch (error) {
    lease.release([], keys);
    throw error;
  }
}
