import type { Clock } from '../domain/clock.ts';
import { pause } from '../http/pause.ts';
import type { Lease, Leases } from './leases.ts';

/** How long to wait between looks at what another process is fetching: short at first, for quick vendors. Milliseconds. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 80;

/** What a fetch came to. */
export interface Harvest<T> {
  /** For every key that was to be fetched. */
  readonly results: ReadonlyMap<string, T>;
  /** The keys whose values other processes can read, once they can. */
  readonly kept: Promise<readonly string[]>;
}

export interface Steps<T> {
  readonly leases: Leases;
  readonly clock: Clock;
  /** Ends the waiting; what is fetched is told by other means. */
  readonly signal: AbortSignal;
  /** What is there (now), of these keys. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;
  readonly fetch: (keys: readonly string[]) => Promise<Harvest<T>>;
}

/**
 * Gets what no process has, each key in one process only: whoever gets the lease fetches, the others look again and again
 * whether it is there. They wait no longer than a lease lasts; then they fetch themselves, as they do at once where the
 * holder has nothing to share. Rejects as `fetch` does, or with the signal's reason.
 */
export async function fetchOnce<T>(keys: readonly string[], steps: Steps<T>): Promise<ReadonlyMap<string, T>> {
  const { leases, clock, signal, read } = steps;
  const giveUpAt = clock.elapsed() + leases.lastMs;
  const results = new Map<string, T>();
  const fetching: Promise<void>[] = [];
  const note = (more: ReadonlyMap<string, T>): void => {
    for (const [key, result] of more) results.set(key, result);
  };

  async function look(wanted: readonly string[]): Promise<readonly string[]> {
    // Read after the lease was taken, in the same round trip: what its last holder brought must not be fetched again.
    const [lease, found] = await Promise.all([leases.take(wanted), read(wanted)]);
    note(found);
    const rest = wanted.filter((key) => !found.has(key));
    const own = rest.filter((key) => lease.granted.has(key));
    lease.giveBack(
      wanted.filter((key) => found.has(key) && lease.granted.has(key)),
      signal.aborted ? own : [],
    );
    signal.throwIfAborted();
    if (own.length > 0) begin(lease, own);
    return rest.filter((key) => !lease.granted.has(key));
  }

  function begin(lease: Lease, own: readonly string[]): void {
    const fetched = fetchUnder(lease, own, steps).then(note);
    // Heard in the end; until then a failure must not seem to be nobody's.
    fetched.catch(() => undefined);
    fetching.push(fetched);
  }

  async function waitForAll(): Promise<void> {
    let waiting = await look(keys);
    for (let ms = FIRST_PAUSE; waiting.length > 0; ms = Math.min(ms * 2, LONGEST_PAUSE)) {
      await pause(ms, clock, signal);
      if (clock.elapsed() < giveUpAt) {
        waiting = await look(waiting);
      } else {
        note((await steps.fetch(waiting)).results);
        waiting = [];
      }
    }
  }

  try {
    await waitForAll();
  } finally {
    // Whatever ends the waiting, nothing goes on behind the caller's back.
    await Promise.allSettled(fetching);
  }
  await Promise.all(fetching);
  return results;
}

async function fetchUnder<T>(
  lease: Lease,
  keys: readonly string[],
  { fetch }: Steps<T>,
): Promise<ReadonlyMap<string, T>> {
  try {
    const harvest = await fetch(keys);
    void harvest.kept.then((kept) => {
      const readable = new Set(kept);
      lease.giveBack(
        kept,
        keys.filter((key) => !readable.has(key)),
      );
    });
    return harvest.results;
  } catch (error) {
    lease.giveBack([], keys);
    throw error;
  }
}
