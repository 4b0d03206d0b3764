import { LRUCache } from 'lru-cache';

/** Knows which keys were asked for lately, and how often. */
export interface RecentKeys {
  /** Counts a request. */
  readonly add: (key: string) => void;
  /** Whether at least two requests had this key. */
  readonly isRepeated: (key: string) => boolean;
}

/** The memory of a key besides its text. */
const KEY_OVERHEAD_BYTES = 100;

/** The least recently used keys go first where `maxBytes` do not suffice. A key that is larger by itself is never repeated. */
export function createRecentKeys(maxBytes: number): RecentKeys {
  const isRepeatedByKey = new LRUCache<string, boolean>({
    maxSize: maxBytes,
    sizeCalculation: (_isRepeated, key) => KEY_OVERHEAD_BYTES + key.length,
  });
  return {
    add: (key) => {
      isRepeatedByKey.set(key, isRepeatedByKey.has(key));
    },
    isRepeated: (key) => isRepeatedByKey.peek(key) === true,
  };
}
