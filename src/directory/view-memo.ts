import { LRUCache } from 'lru-cache';

/** Filters of wallboards, and of what is typed to search a name: this number of lists of all agents, or more shorter ones. */
const MAX_FULL_LISTS = 20;
/** Longer keys, such as a filter of a thousand references, take more memory than computing again takes time. */
const MAX_KEY_LENGTH = 1000;
const BYTES_PER_ITEM = 8;
/** What an entry takes besides the items of its list: its key above all. */
const ENTRY_BYTES = 2 * MAX_KEY_LENGTH;

/** Returns the result of `compute`, which must depend on the key and the view alone. */
export type ViewMemo = <T>(key: string, compute: () => T) => T;

/** Keeps what was derived from a view of this many agents for the keys that were used last. */
export function createViewMemo(agents: number): ViewMemo {
  const results = new LRUCache<string, { readonly value: unknown }>({
    maxSize: MAX_FULL_LISTS * (ENTRY_BYTES + BYTES_PER_ITEM * agents),
    sizeCalculation: ({ value }) => ENTRY_BYTES + BYTES_PER_ITEM * (Array.isArray(value) ? value.length : 0),
  });
  return <T>(key: string, compute: () => T): T => {
    if (key.length > MAX_KEY_LENGTH) return compute();
    const known = results.get(key);
    if (known) return known.value as T;
    const value = compute();
    results.set(key, { value });
    return value;
  };
}
