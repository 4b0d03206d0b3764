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

/** What a fetch reports of its keys while it runs. */
export interface FetchProgress {
  /** A key has its result, which other processes can read if it is persisted. Its lease ends soon, before the fetch does. */
  readonly settled: (key: string, isPersisted: boolean) => void;
  /** The fetch of these keys waits for the rate limit. */
  readonly waiting: (keys: readonly string[], seconds: number) => void;
  /** A call for these keys has started. */
  readonly started: (keys: readonly string[]) => void;
}

/** How a caller waits for keys that another process fetches. */
export interface HolderWait<T> {
  /** The monotonic time in milliseconds until which the caller waits for a key. */
  readonly waitUntilMs: (key: string) => number;
  /** Called once for each key whose holder waits for the rate limit. */
  readonly onHolderWaits: (key: string, seconds: number) => void;
  /** Called when the call of a holder that waited has started. */
  readonly onHolderStarts: (key: string) => void;
  /** Returns the results of keys that no other process has fetched in time; the seconds are those that the holder reported. */
  readonly giveUp: (keys: readonly string[], waitSeconds: ReadonlyMap<string, number>) => ReadonlyMap<string, T>;
}

export interface LeasedFetchOptions<T> {
  readonly leases: Leases;
  readonly clock: Clock;
  /** Ends the waiting. A running fetch is not cancelled by this signal. */
  readonly signal: AbortSignal;
  /** Returns the results that exist now. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;
  readonly fetch: (keys: readonly string[], progress: FetchProgress) => Promise<FetchResult<T>>;
  /** How the caller waits for other processes; absent: as long as they take. */
  readonly holderWait?: HolderWait<T>;
}

/** The state of one call: what has been collected, and the fetches of this process. */
interface LeasedFetch<T> extends LeasedFetchOptions<T> {
  readonly results: Map<string, T>;
  readonly fetches: Promise<void>[];
  /** The keys whose holders wait for the rate limit, with the seconds. */
  readonly waitSeconds: Map<string, number>;
}

/**
 * Fetches each missing key in one process of the fleet only (distributed single-flight): the lease holder fetches, the
 * others poll until the value exists. The holder renews its lease while it fetches, however long that takes. The others
 * take the lease over once it has expired, because its holder died, or immediately if the holder has nothing to share. They
 * wait until their own deadline at most: the holder may wait for the rate limit.
 * Rejects as `fetch` does, or with the signal's reason.
 */
export async function fetchWithLease<T>(
  keys: readonly string[],
  options: LeasedFetchOptions<T>,
): Promise<ReadonlyMap<string, T>> {
  const leasedFetch: LeasedFetch<T> = { ...options, results: new Map(), fetches: [], waitSeconds: new Map() };
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
  const { clock, signal, holderWait, waitSeconds } = leasedFetch;
  let missing = await poll(leasedFetch, keys);
  for (let ms = MIN_POLL_INTERVAL_MS; missing.length > 0; ms = Math.min(ms * 2, MAX_POLL_INTERVAL_MS)) {
    const leftMs = (key: string): number => (holderWait?.waitUntilMs(key) ?? Infinity) - clock.monotonicMs();
    const overdue = missing.filter((key) => leftMs(key) <= 0);
    if (holderWait && overdue.length > 0) addResults(leasedFetch, holderWait.giveUp(overdue, waitSeconds));
    const wanted = missing.filter((key) => !leasedFetch.results.has(key));
    if (wanted.length === 0) return;
    await sleep(
      wanted.reduce((shortest, key) => Math.min(shortest, leftMs(key)), ms),
      clock,
      signal,
    );
    missing = await poll(leasedFetch, wanted);
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
  const held = unavailable.filter((key) => !lease.granted.has(key));
  for (const key of held) noteWait(leasedFetch, key, lease.waitSeconds.get(key));
  return held;
}

function noteWait<T>({ waitSeconds, holderWait }: LeasedFetch<T>, key: string, seconds: number | undefined): void {
  if (seconds === undefined) {
    if (waitSeconds.delete(key)) holderWait?.onHolderStarts(key);
    return;
  }
  const isKnown = waitSeconds.has(key);
  waitSeconds.set(key, seconds);
  if (!isKnown) holderWait?.onHolderWaits(key, seconds);
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
  const held = createHeldKeys(lease, keys);
  const stopRenewing = repeatEvery(clock, leases.ttlMs / RENEWALS_PER_TTL, held.renew);
  try {
    const result = await fetch(keys, { settled: held.settle, ...createWaitReports(lease) });
    void result.persisted.then((persisted) => {
      stopRenewing();
      held.releaseAll(new Set(persisted));
    });
    return result.results;
  } catch (error) {
    stopRenewing();
    held.releaseAll(new Set());
    throw error;
  }
}

/** Reports that keys wait for the rate limit, and that they no longer do: their value may then exist within milliseconds. */
function createWaitReports(lease: Lease): Pick<FetchProgress, 'waiting' | 'started'> {
  const reported = new Set<string>();
  return {
    waiting(keys, seconds) {
      for (const key of keys) reported.add(key);
      lease.reportWait(keys, seconds);
    },
    started(keys) {
      const started = keys.filter((key) => reported.delete(key));
      if (started.length > 0) lease.reportStart(started);
    },
  };
}

/** The keys of a lease while they are fetched. */
function createHeldKeys(lease: Lease, keys: readonly string[]) {
  const held = new Set(keys);
  const settled = new Map<string, boolean>();

  function release(released: readonly string[], isPersisted: (key: string) => boolean): void {
    lease.release(
      released.filter(isPersisted),
      released.filter((key) => !isPersisted(key)),
    );
    for (const key of released) held.delete(key);
  }

  return {
    settle: (key: string, isPersisted: boolean): void => {
      settled.set(key, isPersisted);
    },
    /** Renews the lease of the keys that are still fetched, and releases the others: their values may expire before it ends. */
    renew: (): void => {
      release(
        [...settled.keys()].filter((key) => held.has(key)),
        (key) => settled.get(key) === true,
      );
      lease.renew([...held]);
    },
    releaseAll: (persisted: ReadonlySet<string>): void => {
      release([...held], (key) => persisted.has(key));
    },
  };
}

/** Calls back every `ms` until the returned function is called. */
function repeatEvery(clock: Clock, ms: number, callback: () => void): () => void {
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
