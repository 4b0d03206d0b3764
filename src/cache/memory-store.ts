import Keyv from 'keyv';
import { LRUCache } from 'lru-cache';
import type { Entry, Store } from './store.ts';

/** The memory that an entry takes besides its key and value: its places in lru-cache's table and list, and Keyv's envelope. */
const ENTRY_OVERHEAD_BYTES = 120;

// Only possible at construction: reads then return the object that was written, instead of a copy through JSON.
const NO_SERIALIZATION = { serialize: undefined, deserialize: undefined } as object;

/** How full a store is. */
export interface StoreUse {
  readonly bytes: number;
  readonly maxBytes: number;
  readonly entries: number;
  /** Entries that were dropped for others, or that were too large, since the store was created. */
  readonly evictions: number;
}

export interface MemoryStore extends Store {
  readonly peek: NonNullable<Store['peek']>;
  readonly drop: NonNullable<Store['drop']>;
  readonly use: () => StoreUse;
}

/**
 * Keeps entries in this process's memory, as live objects, up to a number of bytes: the least recently used are evicted
 * first. Keyv's own Map would never evict anything, and Keyv passes lru-cache its options in a form that it rejects. Hence
 * the adapter.
 */
export function createMemoryStore(maxBytes: number): MemoryStore {
  // An entry that is dropped while Keyv writes it must not come back.
  const dropped = new WeakSet<Entry>();
  const lru = createLruAdapter(maxBytes, dropped);
  const keyv = new Keyv<Entry>({ store: lru, useKeyPrefix: false, ...NO_SERIALIZATION });
  // Keyv's `set` takes effect some ticks later; until then a key would be neither in flight nor stored, and be fetched twice.
  const pendingWrites = new Map<string, Entry>();
  // Not through Keyv, which makes promises and copies for what is in memory.
  const peek = (key: string): Entry | undefined => pendingWrites.get(key) ?? lru.get(key)?.value;

  return {
    getMany: (keys) => Promise.resolve(keys.map(peek)),
    peek,
    async set(key, entry) {
      const stored = pendingWrites.get(key) ?? lru.peek(key);
      if (stored && stored.fetchedAt > entry.fetchedAt) return;
      pendingWrites.set(key, entry);
      await keyv.set(key, entry);
      if (pendingWrites.get(key) === entry) pendingWrites.delete(key);
    },
    drop(matches) {
      const keys = [...new Set([...pendingWrites.keys(), ...lru.keys()])].filter(matches);
      for (const key of keys) {
        for (const entry of [pendingWrites.get(key), lru.peek(key)]) if (entry) dropped.add(entry);
        pendingWrites.delete(key);
        lru.delete(key);
      }
      return keys;
    },
    use: lru.use,
    close: async () => {
      await keyv.clear();
      await keyv.disconnect();
    },
  };
}

/** A value as Keyv passes it to a store that does not serialise. */
interface KeyvEnvelope {
  readonly value: Entry;
}

function createLruAdapter(maxBytes: number, dropped: WeakSet<Entry>) {
  let evictions = 0;
  const lru = new LRUCache<string, KeyvEnvelope>({
    maxSize: maxBytes,
    dispose: (_envelope, _key, reason) => {
      if (reason === 'evict') evictions += 1;
    },
    sizeCalculation: ({ value }, key) => ENTRY_OVERHEAD_BYTES + approximateBytes(key) + approximateBytes(value),
  });
  return {
    get: (key: string) => lru.get(key),
    /** Returns the entry without counting it as used. */
    peek: (key: string) => lru.peek(key)?.value,
    keys: () => lru.keys(),
    set: (key: string, envelope: KeyvEnvelope) => {
      if (dropped.has(envelope.value)) return;
      lru.set(key, envelope);
      // An entry above the bound is not kept, which lru-cache reports as no eviction.
      if (!lru.has(key)) evictions += 1;
    },
    use: () => ({ bytes: lru.calculatedSize, maxBytes, entries: lru.size, evictions }),
    delete: (key: string) => lru.delete(key),
    has: (key: string) => lru.has(key),
    clear: () => {
      lru.clear();
    },
  };
}

/** Estimates the memory of a plain JSON value: a rule of thumb for V8, accurate enough to bound a cache. */
export function approximateBytes(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 16 + value.length * bytesPerUnit(value);
    case 'object':
      if (value === null) return 8;
      if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + 8 + approximateBytes(item), 48);
      return Object.values(value).reduce<number>((sum, item) => sum + 16 + approximateBytes(item), 48);
    default:
      return 8;
  }
}

/** One character beyond Latin-1 makes V8 store the complete text in two bytes per unit. */
function bytesPerUnit(text: string): number {
  return /[\u0100-\uffff]/.test(text) ? 2 : 1;
}
