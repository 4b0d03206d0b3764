import { LRUCache } from 'lru-cache';
import type { Clock } from '../../domain/clock.ts';
import { createEncodableBody, type EncodableBody } from './encodable-body.ts';
import type { Dependencies } from './entry-versions.ts';

/** A response, ready to be sent. */
export interface ReadyResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: EncodableBody;
  /** The monotonic time in milliseconds until which it may be sent; Infinity: none of its parts expires. */
  readonly validUntilMs: number;
  /** The operation's name for the log. */
  readonly operation: string | undefined;
}

/** How full the store is. */
export interface ResponseStoreUse {
  readonly bytes: number;
  readonly maxBytes: number;
  readonly entries: number;
  readonly evictions: number;
}

/** Ready responses by key. The least recently used go first where the bytes do not suffice. */
export interface StoredResponses {
  /** Returns the response while it is valid, and current. */
  readonly find: (key: string) => ReadyResponse | undefined;
  /** Keeps a response while what it depends on is current. Returns it in the form in which `find` will. */
  readonly add: (key: string, response: ReadyResponse, dependencies: Dependencies) => ReadyResponse;
  readonly clear: () => void;
  readonly use: () => ResponseStoreUse;
}

interface StoredEntry {
  readonly response: ReadyResponse;
  readonly dependencies: Dependencies;
  readonly byteLength: number;
}

/** The memory of an entry besides its key and bytes, and of each cache entry that it depends on. */
const ENTRY_OVERHEAD_BYTES = 500;
const DEPENDENCY_BYTES = 16;

export function createStoredResponses(maxBytes: number, clock: Pick<Clock, 'monotonicMs'>): StoredResponses {
  let evictions = 0;
  const lru = new LRUCache<string, StoredEntry>({
    maxSize: maxBytes,
    sizeCalculation: ({ byteLength }) => byteLength,
    // An entry whose compressed body is added is written again, and stays.
    noDisposeOnSet: true,
    dispose: (_entry, _key, reason) => {
      if (reason === 'evict') evictions += 1;
    },
  });

  function find(key: string): ReadyResponse | undefined {
    const entry = lru.get(key);
    if (entry === undefined) return undefined;
    const { response, dependencies } = entry;
    if (response.validUntilMs > clock.monotonicMs() && dependencies.areCurrent()) return response;
    lru.delete(key);
    return undefined;
  }

  return {
    find,
    add(key, response, dependencies) {
      lru.delete(key);
      const body = createEncodableBody(response.body.bytes, (encodedLength) => {
        if (lru.peek(key) !== entry) return;
        // Another object: lru-cache does not measure the same one again.
        entry = { ...entry, byteLength: entry.byteLength + encodedLength };
        lru.set(key, entry);
      });
      const overhead = ENTRY_OVERHEAD_BYTES + dependencies.count() * DEPENDENCY_BYTES;
      const byteLength = overhead + key.length + body.bytes.length;
      let entry: StoredEntry = { response: { ...response, body }, dependencies, byteLength };
      lru.set(key, entry);
      return entry.response;
    },
    clear: () => {
      lru.clear();
    },
    use: () => ({ bytes: lru.calculatedSize, maxBytes, entries: lru.size, evictions }),
  };
}
