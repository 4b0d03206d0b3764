import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';
import type { CallContext } from '../http/types.ts';

/**
 * The memory for vendor content that a process uses besides its cache: what the running queries hold, and what is derived from
 * cached values and kept. There is one for all accounts.
 */
export interface ContentMemory {
  /** Returns the lease of a query, the same for all of its accounts. It ends with the query. */
  readonly leaseOf: (request: LeaseContext) => ContentLease;
  /** Creates a lease that its user ends. */
  readonly createLease: (context: LeaseContext) => ContentLease;
  /** Derived values; the least recently used are dropped. */
  readonly derived: DerivedStore;
}

export type DerivedStore = LRUCache<object | string, object>;

/** The content that one query holds. */
export interface ContentLease {
  /**
   * Resolves to whether the query may read more. Waits while the queries together hold too much, until the query has to answer.
   * The query that began first never waits. So there is always one that goes on, and ends, and releases what it holds.
   */
  readonly admit: () => Promise<MemoryAdmission>;
  readonly add: (bytes: number) => void;
  readonly end: () => void;
}

/** `query full`: the query itself holds its maximum. `process full`: others hold too much, and it has waited as long as it can. */
export type MemoryAdmission = 'admitted' | 'query full' | 'process full';

export type LeaseContext = Pick<CallContext, 'signal' | 'waitUntilMs'> & {
  readonly onClose?: (callback: () => void) => void;
};

export interface ContentMemoryLimits {
  /** The maximum that one query holds. */
  readonly maxQueryBytes: number;
  /** From here on, all but the first of the running queries wait. */
  readonly sharedBytes: number;
  readonly derivedBytes: number;
}

const MIB = 1024 * 1024;

/** Divides a part of the heap, of which the cache has a third. The queries hold 3/8 together at most. */
export function contentMemoryLimits(heapLimitBytes: number): ContentMemoryLimits {
  const maxQueryBytes = Math.min(256 * MIB, Math.floor(heapLimitBytes / 4));
  return {
    maxQueryBytes,
    sharedBytes: Math.floor(maxQueryBytes / 2),
    derivedBytes: Math.min(64 * MIB, Math.floor(heapLimitBytes / 16)),
  };
}

export function createContentMemory(limits: ContentMemoryLimits, clock: Clock): ContentMemory {
  const derived: DerivedStore = new LRUCache({ maxSize: limits.derivedBytes });
  const pool = createPool(limits, clock);
  const leases = new WeakMap<LeaseContext, ContentLease>();
  return {
    derived,
    createLease: pool.createLease,
    leaseOf(request) {
      const known = leases.get(request);
      if (known) return known;
      const lease = pool.createLease(request);
      leases.set(request, lease);
      request.onClose?.(lease.end);
      // A query past its deadline holds nothing that is still needed.
      if (request.signal.aborted) lease.end();
      else request.signal.addEventListener('abort', lease.end, { once: true });
      return lease;
    },
  };
}

interface LeaseState {
  heldBytes: number;
  /** Called when this query may read, or has to answer. */
  waiting: (() => void)[];
}

function createPool({ maxQueryBytes, sharedBytes }: ContentMemoryLimits, clock: Clock) {
  /** In the order in which their queries began to read. */
  const open = new Set<LeaseState>();
  let totalBytes = 0;

  const mayRead = (state: LeaseState) => totalBytes < sharedBytes || open.values().next().value === state;
  const wake = () => {
    for (const state of open) if (mayRead(state)) for (const resolve of state.waiting.splice(0)) resolve();
  };

  return {
    createLease: ({ signal, waitUntilMs }: LeaseContext): ContentLease => {
      const state: LeaseState = { heldBytes: 0, waiting: [] };
      const remainingMs = () => (waitUntilMs?.() ?? Infinity) - clock.monotonicMs();
      let ended = false;
      return {
        async admit() {
          if (!ended) open.add(state);
          while (!mayRead(state)) {
            if (ended || signal.aborted || remainingMs() <= 0) return 'process full';
            await waitForTurn(state, signal, clock, remainingMs());
          }
          return state.heldBytes >= maxQueryBytes ? 'query full' : 'admitted';
        },
        add(bytes) {
          if (ended) return;
          state.heldBytes += bytes;
          totalBytes += bytes;
        },
        end() {
          if (ended) return;
          ended = true;
          open.delete(state);
          totalBytes -= state.heldBytes;
          for (const resolve of state.waiting.splice(0)) resolve();
          wake();
        },
      };
    },
  };
}

/** Waits until the query may read, or ends, or for so long. */
async function waitForTurn(state: LeaseState, signal: AbortSignal, clock: Clock, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stop = () => {
    resolve(undefined);
  };
  state.waiting.push(stop);
  const cancelTimer = ms === Infinity ? () => undefined : clock.setTimer(ms, stop);
  signal.addEventListener('abort', stop, { once: true });
  await promise;
  cancelTimer();
  signal.removeEventListener('abort', stop);
}
