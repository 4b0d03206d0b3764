import type { TextStorage } from '../../src/graphiql/storage.ts';

/** A storage as browsers have it, in memory. */
export function createTextStorage(entries: Readonly<Record<string, string>> = {}): TextStorage & {
  readonly stored: Map<string, string>;
} {
  const stored = new Map(Object.entries(entries));
  return {
    stored,
    get length() {
      return stored.size;
    },
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
    removeItem: (key) => stored.delete(key),
    clear: () => {
      stored.clear();
    },
  };
}
