import Keyv from 'keyv';
import { LRUCache } from 'lru-cache';
import { approximateBytes } from './approximate-bytes.ts';
import type { Entry, Store } from './store.ts';

/** What keeping takes for an entry, in bytes: its place in the table and in the order of use, and Keyv's wrapping. */
const ENTRY_OVERHEAD_BYTES = 120;

// Set at construction only: what comes out is then the very object that went in, instead of a copy through JSON.
const NO_SERIALIZATION = { serialize: undefined, deserialize: undefined } as object;

/**
 * Entries in this process's memory, as live objects. Bounded by bytes: what was used least recently goes first. Keyv's own
 * Map would never evict anything, and Keyv hands lru-cache its options in a form that it refuses: hence the adapter.
 */
export function createMemoryStore(maxBytes: number): Store {
  const lru = new LRUCache<string, KeyvEnvelope>({
    maxSize: maxBytes,
    sizeCalculation: ({ value }, key) => ENTRY_OVERHEAD_BYTES + approximateBytes(key) + approximateBytes(value),
  });
  const adapter = {
    get: (key: string) => lru.get(key),
    set: (key: string, envelope: KeyvEnvelope) => lru.set(key, envelope),
    delete: (key: string) => lru.delete(key),
    has: (key: string) => lru.has(key),
    clear: () => {
      lru.clear();
    },
  };
  const keyv = new Keyv<Entry>({ store: adapter, useKeyPrefix: false, ...NO_SERIALIZATION });
  // Keyv's `set` takes effect some turns later; until then a key would be neither under way nor kept, and be fetched twice.
  const pendingWrites = new Map<string, Entry>();

  return {
    async getMany(keys) {
      // Looked at before the first await: what has left here by then is in the store.
      const pending = keys.map((key) => pendingWrites.get(key));
      const stored = await keyv.getMany<Entry>([...keys]);
      return pending.map((entry, index) => entry ?? stored[index]);
    },
    async set(key, entry) {
      pendingWrites.set(key, entry);
      await keyv.set(key, entry);
      if (pendingWrites.get(key) === entry) pendingWrites.delete(key);
    },
    close: async () => {
      await keyv.clear();
      await keyv.disconnect();
    },
  };
}

/** A value as Keyv hands it to a store that does not serialise. */
interface KeyvEnvelope {
  readonly value: unknown;
}
