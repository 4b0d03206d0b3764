import type { DiskRow } from './disk-database.ts';
import { approximateBytes } from './memory-store.ts';
import type { MatchesEntry } from './purge-rule.ts';
import type { Entry } from './store.ts';

/** What one message to the thread holds: copying it takes a millisecond or two. */
const MAX_MESSAGE_BYTES = 524_288;
/** What may wait for the disk. Until then most of it is also in the memory level, as the same objects. */
const MAX_QUEUED_BYTES = 67_108_864;

/** Entries that wait for the disk. */
export interface DiskWriteQueue {
  /** Returns false for an entry that is dropped, because too much waits already. */
  readonly add: (key: string, entry: Entry) => boolean;
  readonly drop: (matches: MatchesEntry) => void;
  /** Resolves once nothing waits. */
  readonly flush: () => Promise<void>;
}

/** Passes entries on, some at a time, and each message after the one before is answered. `write` never rejects. */
export function createDiskWriteQueue(
  write: (rows: readonly DiskRow[]) => Promise<void>,
  maxQueuedBytes = MAX_QUEUED_BYTES,
): DiskWriteQueue {
  const waiting = createWaitingEntries(maxQueuedBytes);
  let draining: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (!waiting.isEmpty()) {
      // What one turn of the event loop adds is one message, and a message is copied in a turn of its own.
      await new Promise(setImmediate);
      const rows = waiting.take();
      if (rows.length > 0) await write(rows);
    }
    draining = undefined;
  }

  return {
    add(key, entry) {
      const isAdded = waiting.add(key, entry);
      draining ??= drain();
      return isAdded;
    },
    drop: waiting.drop,
    flush: async () => {
      await draining;
    },
  };
}

interface WaitingEntry {
  readonly entry: Entry;
  readonly bytes: number;
}

function createWaitingEntries(maxBytes: number) {
  const waiting = new Map<string, WaitingEntry>();
  let waitingBytes = 0;

  function remove(key: string): void {
    waitingBytes -= waiting.get(key)?.bytes ?? 0;
    waiting.delete(key);
  }

  return {
    isEmpty: () => waiting.size === 0,
    drop: (matches: MatchesEntry): void => {
      for (const key of waiting.keys()) if (matches(key)) remove(key);
    },
    add(key: string, entry: Entry): boolean {
      const earlier = waiting.get(key);
      if (earlier && earlier.entry.fetchedAt > entry.fetchedAt) return true;
      const bytes = approximateBytes(key) + approximateBytes(entry.value);
      if (waitingBytes - (earlier?.bytes ?? 0) + bytes > maxBytes) return false;
      remove(key);
      waiting.set(key, { entry, bytes });
      waitingBytes += bytes;
      return true;
    },
    /** Removes and returns the first entries, as many as one message holds. */
    take(): readonly DiskRow[] {
      const rows: DiskRow[] = [];
      let bytes = 0;
      for (const [key, { entry, bytes: size }] of waiting) {
        rows.push({ key, entry });
        bytes += size;
        remove(key);
        if (bytes >= MAX_MESSAGE_BYTES) break;
      }
      return rows;
    },
  };
}
