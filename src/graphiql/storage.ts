/** The part of the browser's `Storage` that GraphiQL uses. */
export interface TextStorage {
  readonly length: number;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  clear(): void;
}

/**
 * Stores tabs, history and settings, but never request headers, which contain the caller's key. GraphiQL's own option
 * (`shouldPersistHeaders`) covers the tabs only: its history still stores the headers of every executed query.
 */
export function createStorageWithoutHeaders(storage: TextStorage): TextStorage {
  return {
    get length() {
      return storage.length;
    },
    getItem: (key) => storage.getItem(key),
    setItem: (key, value) => {
      if (!key.endsWith(':headers')) storage.setItem(key, removeHeaders(value));
    },
    removeItem: (key) => {
      storage.removeItem(key);
    },
    clear: () => {
      storage.clear();
    },
  };
}

// Values are JSON for tabs and history, and plain text (a query, the name of a theme) for everything else.
function removeHeaders(value: string): string {
  if (!value.startsWith('{')) return value;
  try {
    return JSON.stringify(JSON.parse(value), (key, part: unknown) => (key === 'headers' ? null : part));
  } catch {
    return value;
  }
}
