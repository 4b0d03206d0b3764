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
   * The query that began first never waits. So there is always one that goes on, and ends, and releases what it holds. Every
   * admitted read is settled with `settle`: until then it counts with the usual size of a read.
   */
  readonly admit: () => Promise<MemoryAdmission>;
  /** Counts content that the query holds; the same object once, however often it was read. */
  readonly add: (content: object, bytes: number) => void;
  /** Ends an admitted read: what it added is now known. */
  readonly settle: () => void;
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
    derivedBytes: Math.min(128 * MIB, Math.floor(heapLimitBytes / 16)),
  };
}

export function createContentMemory(limits: ContentMemoryLimits, clock: Clock): ContentMemory {
  const derived: DerivedStore = new LRUCache({ maxSize: limits.derivedBytes });
  const pool = createPool(limits.sharedBytes);
  const openLease = (context: LeaseContext) => createLease(pool, limits.maxQueryBytes, context, clock);
  const leases = new WeakMap<LeaseContext, ContentLease>();
  return {
    derived,
    createLease: openLease,
    leaseOf(request) {
      const known = leases.get(request);
      if (known) return known;
      const lease = openLease(request);
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
  /** The admitted reads that are not settled. */
  openReads: number;
  /** Called with whether this query may read; false when it has to answer. */
  readonly waiting: Set<(isAdmitted: boolean) => void>;
}

/** How many reads are admitted at first, before the size of any is known. */
const FIRST_READS = 16;

/** The leases that are open, and what they hold together. */
function createPool(sharedBytes: number) {
  /** In the order in which their queries began to read. */
  const open = new Set<LeaseState>();
  const reads = createReadEstimate(sharedBytes / FIRST_READS);
  let totalBytes = 0;

  const mayRead = (state: LeaseState) =>
    totalBytes + reads.expectedBytes() < sharedBytes || open.values().next().value === state;

  function startRead(state: LeaseState): void {
    state.openReads += 1;
    reads.start();
  }

  /** Admits waiting reads in order, as far as the memory allows: each counts before the next one is considered. */
  function wake(): void {
    for (const state of open) {
      for (const resolve of state.waiting) {
        if (!mayRead(state)) return;
        state.waiting.delete(resolve);
        startRead(state);
        resolve(true);
      }
    }
  }

  return {
    enter: (state: LeaseState) => open.add(state),
    mayRead,
    startRead,
    settleRead(state: LeaseState): void {
      state.openReads -= 1;
      reads.settle();
      wake();
    },
    add(state: LeaseState, bytes: number): void {
      state.heldBytes += bytes;
      totalBytes += bytes;
      reads.add(bytes);
    },
    leave(state: LeaseState): void {
      open.delete(state);
      totalBytes -= state.heldBytes;
      for (; state.openReads > 0; state.openReads -= 1) reads.cancel();
      for (const resolve of state.waiting) resolve(false);
      state.waiting.clear();
      wake();
    },
  };
}

type Pool = ReturnType<typeof createPool>;

function createLease(pool: Pool, maxQueryBytes: number, context: LeaseContext, clock: Clock): ContentLease {
  const state: LeaseState = { heldBytes: 0, openReads: 0, waiting: new Set() };
  const counted = new WeakSet();
  let ended = false;
  const settle = () => {
    if (state.openReads > 0) pool.settleRead(state);
  };
  return {
    async admit() {
      if (!ended) {
        pool.enter(state);
        if (pool.mayRead(state)) pool.startRead(state);
        else if (!(await waitForTurn(state, context, clock))) return 'process full';
      }
      if (state.heldBytes < maxQueryBytes) return 'admitted';
      settle();
      return 'query full';
    },
    add(content, bytes) {
      if (ended || counted.has(content)) return;
      counted.add(content);
      pool.add(state, bytes);
    },
    settle,
    end() {
      if (ended) return;
      ended = true;
      pool.leave(state);
    },
  };
}

/** Estimates what the open reads will add: each the mean of all reads before. */
function createReadEstimate(firstBytes: number) {
  let openReads = 0;
  let [settledReads, readBytes] = [1, firstBytes];
  return {
    expectedBytes: () => (openReads * readBytes) / settledReads,
    start: () => (openReads += 1),
    cancel: () => (openReads -= 1),
    settle: () => {
      openReads -= 1;
      settledReads += 1;
    },
    add: (bytes: number) => (readBytes += bytes),
  };
}

/** Waits until the query may read (true); or until it ends, is cancelled or has to answer (false). */
async function waitForTurn(state: LeaseState, { signal, waitUntilMs }: LeaseContext, clock: Clock): Promise<boolean> {
  const ms = (waitUntilMs?.() ?? Infinity) - clock.monotonicMs();
  if (signal.aborted || ms <= 0) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const stop = () => {
    state.waiting.delete(resolve);
    resolve(false);
  };
  state.waiting.add(resolve);
  const cancelTimer = ms === Infinity ? () => undefined : clock.setTimer(ms, stop);
  signal.addEventListener('abort', stop, { once: true });
  const isAdmitted = await promise;
  cancelTimer();
  signal.removeEventListener('abort', stop);
  return isAdmitted;
}
