import type { DiskOperation, DiskReplies, DiskRequests } from './disk-messages.ts';
import { createDiskThread, DiskError, type DiskThread } from './disk-thread.ts';
import type { StoreUse } from './memory-store.ts';
import type { DiskErrorReason } from './ports.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface DiskObserver {
  /** An operation failed, of this many entries. */
  readonly onError: (operation: DiskOperation, reason: DiskErrorReason, entries: number) => void;
  /** The file was damaged; a new one is in its place. */
  readonly onMovedAside: (movedTo: string) => void;
}

export interface DiskConnectionOptions {
  readonly path: string;
  readonly maxBytes: number;
  readonly clock: SteadyClock;
  readonly observer: DiskObserver;
  readonly thread?: DiskThread;
}

/** A file and the thread that works on it. A damaged file is replaced. */
export interface DiskConnection {
  /** Resolves to undefined where the operation fails, which is reported with the number of entries that it concerns. */
  readonly tryRequest: <Type extends DiskOperation>(
    type: Type,
    request: DiskRequests[Type],
    entries?: number,
  ) => Promise<DiskReplies[Type] | undefined>;
  readonly onError: DiskObserver['onError'];
  /** Resolves once it is known whether the file can be opened. */
  readonly opened: Promise<void>;
  /** False where the file could not be opened. While that is not known, requests wait in the thread. */
  readonly isUsable: () => boolean;
  /** How full the file is, as of the last operation. */
  readonly use: () => StoreUse;
  /** Removes what has expired; opens a file that is not usable again. */
  readonly tidy: () => Promise<void>;
  /** Ends the thread; every later request fails. */
  readonly stop: () => Promise<void>;
}

interface ConnectionState {
  use: StoreUse;
  isUsable: boolean;
  opening: Promise<void> | undefined;
}

export function createDiskConnection(options: DiskConnectionOptions): DiskConnection {
  const { maxBytes, clock, observer, thread = createDiskThread() } = options;
  const state: ConnectionState = {
    use: { bytes: 0, maxBytes, entries: 0, evictions: 0 },
    isUsable: false,
    opening: undefined,
  };
  const open = (isDamaged: boolean): Promise<void> => (state.opening ??= openFile(options, thread, state, isDamaged));

  const tryRequest: DiskConnection['tryRequest'] = async (type, request, entries = 1) => {
    if (!state.isUsable) return undefined;
    try {
      const reply = await thread.request(type, request);
      if (reply && 'use' in reply) state.use = reply.use;
      return reply;
    } catch (error) {
      const reason = reasonOf(error);
      observer.onError(type, reason, entries);
      if (reason === 'damaged') void open(true);
      // The thread has ended, or something is wrong that no code expects: both are over once the file is opened again.
      if (reason === 'other') state.isUsable = false;
      return undefined;
    }
  };

  const opened = open(false);
  return {
    tryRequest,
    opened,
    onError: observer.onError,
    isUsable: () => state.isUsable,
    use: () => state.use,
    tidy: () => (state.isUsable ? removeExpired(tryRequest, clock) : open(false)),
    stop: async () => {
      state.isUsable = false;
      await thread.stop();
    },
  };
}

async function openFile(
  { path, maxBytes, observer }: DiskConnectionOptions,
  thread: DiskThread,
  state: ConnectionState,
  isDamaged: boolean,
): Promise<void> {
  state.isUsable = true;
  try {
    const { movedTo, use } = await thread.request('open', { path, maxBytes, isDamaged });
    state.use = use;
    if (movedTo !== null) observer.onMovedAside(movedTo);
  } catch (error) {
    state.isUsable = false;
    observer.onError('open', reasonOf(error), 1);
  } finally {
    state.opening = undefined;
  }
}

function reasonOf(error: unknown): DiskErrorReason {
  return error instanceof DiskError ? error.reason : 'other';
}

async function removeExpired(tryRequest: DiskConnection['tryRequest'], clock: SteadyClock): Promise<void> {
  const removeSome = () => tryRequest('tidy', { now: clock.toWallClock(clock.now()) });
  let reply = await removeSome();
  while (reply && !reply.isDone) reply = await removeSome();
}
