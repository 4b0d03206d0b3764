import { LRUCache } from 'lru-cache';

/** Filters of wallboards, and of what is typed to search a name. Each may hold a list of all agents. */
const MAX_KEYS = 20;
/** Longer keys, such as a filter of a thousand references, take more memory than computing again takes time. */
const MAX_KEY_LENGTH = 1000;

/** Returns the result of `compute`, which must depend on the key and the view alone. */
export type ViewMemo = <T>(key: string, compute: () => T) => T;

/** Keeps what was derived from a view for the keys that were used last. */
export function createViewMemo(): ViewMemo {
  const results = new LRUCache<string, { readonly value: unknown }>({ max: MAX_KEYS });
  return <T>(key: string, compute: () => T): T => {
    if (key.length > MAX_KEY_LENGTH) return compute();
    const known = results.get(key);
    if (known) return known.value as T;
    const value = compute();
    results.set(key, { value });
    return value;
  };
}
