import pLimit from 'p-limit';
import { MINUTE, SECOND } from '../domain/time.ts';
import { withTimeout } from '../http/abort.ts';
import { createDiskConnection, type DiskConnection, type DiskConnectionOptions } from './disk-connection.ts';
import { createDiskPurges, type DiskPurges } from './disk-purges.ts';
import { createDiskWriteQueue } from './disk-write-queue.ts';
import type { StoreUse } from './memory-store.ts';
import type { SteadyClock } from './steady-clock.ts';
import type { Entry, Store } from './store.ts';

/** What is fresh for less than this is fetched again soon in any case; unless it is final, it is kept in memory only. */
const MIN_TTL_MS = 10 * MINUTE;
/** How many keys, and about how many bytes, one message asks for: a few milliseconds for either thread. */
const MAX_KEYS_PER_READ = 500;
const MAX_READ_BYTES = 262_144;
/** After this, what was to be read is a miss, and so are all other keys until the thread answers. */
const READ_TIMEOUT_MS = SECOND;
/** How long a start waits for the file. */
const OPEN_TIMEOUT_MS = 10 * SECOND;
/** How long closing waits for what is to be written. */
const CLOSE_TIMEOUT_MS = 2 * SECOND;
/** How long the answer to a purge waits for the file. */
const PURGE_TIMEOUT_MS = 10 * SECOND;
/** How often expired entries are removed, and a file that could not be opened is opened again. */
const TIDY_INTERVAL_MS = MINUTE;

/** Keeps entries in a file, which outlasts this process. Every failure there is a miss, and counted. */
export interface DiskStore extends Store {
  /** Resolves once the file is open, cannot be opened, or has taken long: until then what is read is a miss if its thread starts slowly. */
  readonly opened: Promise<unknown>;
  /** Resolves to whether the file has nothing left of what was dropped; to false where that takes too long. */
  readonly settlePurges: () => Promise<boolean>;
  /** As of the last operation. */
  readonly use: () => StoreUse;
}

/**
 * Stores what is final, or fresh for long, in an SQLite file. It is read and written in a thread of its own, so that a slow disk
 * holds up no other work. Times are of the wall clock there.
 */
export function createDiskStore(options: DiskConnectionOptions): DiskStore {
  const { clock } = options;
  const file = createDiskConnection(options);
  const purges = createDiskPurges(file, clock);
  const readChunk = createChunkReader(file, purges, clock);
  const queue = createDiskWriteQueue(async (rows) => {
    await file.tryRequest('write', { rows, now: clock.toWallClock(clock.now()) }, rows.length);
  });
  const stopTidying = repeatInTurn(clock, TIDY_INTERVAL_MS, async () => {
    await file.tidy();
    await purges.retry();
  });

  return {
    getMany: (keys) => readAll(keys, readChunk),
    /** Resolves at once: no other process waits for what is on disk. */
    set(key, entry) {
      const isQueued = !isKept(entry) || !file.isUsable() || queue.add(key, mapTimes(entry, clock.toWallClock));
      if (!isQueued) file.onError('write', 'backlog', 1);
      return Promise.resolve();
    },
    drop(matches) {
      queue.drop(matches);
      purges.add(matches);
      return [];
    },
    opened: orTimedOut(clock, OPEN_TIMEOUT_MS, file.opened),
    settlePurges: async () => (await orTimedOut(clock, PURGE_TIMEOUT_MS, purges.settle())) === true,
    use: file.use,
    async close() {
      stopTidying();
      await orTimedOut(
        clock,
        CLOSE_TIMEOUT_MS,
        queue.flush().then(() => file.tryRequest('close', {})),
      );
      await file.stop();
    },
  };
}

function isKept({ isFinal, freshUntil, fetchedAt }: Entry): boolean {
  return isFinal === true || freshUntil - fetchedAt >= MIN_TTL_MS;
}

type ReadChunk = (keys: readonly string[]) => Promise<readonly (Entry | undefined)[] | undefined>;

async function readAll(keys: readonly string[], readChunk: ReadChunk): Promise<readonly (Entry | undefined)[]> {
  const entries: (Entry | undefined)[] = [];
  while (entries.length < keys.length) {
    const read = await readChunk(keys.slice(entries.length, entries.length + MAX_KEYS_PER_READ));
    // The rest of the keys are misses, too.
    if (!read) break;
    entries.push(...read);
  }
  return keys.map((_, index) => entries[index]);
}

/** Reads some of the first keys; undefined if that fails. One message is on its way at a time, and each is answered in a turn of its own. */
function createChunkReader(file: DiskConnection, purges: DiskPurges, clock: SteadyClock): ReadChunk {
  const limitReads = pLimit(1);
  let lateReads = 0;

  async function read(keys: readonly string[]): Promise<readonly (Entry | undefined)[] | undefined> {
    if (lateReads > 0) return undefined;
    const reading = file.tryRequest('read', { keys, maxBytes: MAX_READ_BYTES }, keys.length);
    const reply = await orTimedOut(clock, READ_TIMEOUT_MS, reading);
    if (reply === TIMED_OUT) {
      file.onError('read', 'timeout', keys.length);
      lateReads += 1;
      void reading.then(() => (lateReads -= 1));
      return undefined;
    }
    if (!reply) return undefined;
    if (reply.damagedEntries > 0) file.onError('read', 'damaged', reply.damagedEntries);
    const now = clock.now();
    return reply.entries.map((stored, index) => {
      if (!stored || purges.isPurged(keys[index] ?? '', stored.fetchedAt)) return undefined;
      const entry = mapTimes(stored, clock.toSteady);
      return entry.expiresAt > now ? entry : undefined;
    });
  }

  return (keys) => limitReads(() => read(keys));
}

function mapTimes(entry: Entry, convert: (at: number) => number): Entry {
  const { fetchedAt, freshUntil, expiresAt } = entry;
  return {
    ...entry,
    fetchedAt: convert(fetchedAt),
    freshUntil: convert(freshUntil),
    expiresAt: convert(expiresAt),
  };
}

const TIMED_OUT = Symbol('timed out');

function orTimedOut<Result>(
  clock: SteadyClock,
  ms: number,
  result: Promise<Result>,
): Promise<Result | typeof TIMED_OUT> {
  return withTimeout<Result | typeof TIMED_OUT>(result, () => TIMED_OUT, ms, clock);
}

/** Calls back after each interval, and never before the call before has ended. */
function repeatInTurn(clock: SteadyClock, ms: number, callback: () => Promise<void>): () => void {
  let isStopped = false;
  let cancel: () => void = () => undefined;
  const schedule = (): void => {
    cancel = clock.setTimer(ms, () => {
      void callback().then(() => {
        if (!isStopped) schedule();
      });
    });
  };
  schedule();
  return () => {
    isStopped = true;
    cancel();
  };
}
