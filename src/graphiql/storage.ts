/** The part of the browser's `Storage` that GraphiQL uses. */
export interface TextStorage {
  readonly length: number;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  clear(): void;
}

/**
 * Keeps tabs, history and settings, but never request headers, which carry the caller's key. GraphiQL's own switch
 * (`shouldPersistHeaders`) covers the tabs only: its history still stores the headers of every query run.
 */
export function withoutHeaders(storage: TextStorage): TextStorage {
  return {
    get length() {
      return storage.length;
    },
    getItem: (key) => storage.getItem(key),
    setItem: (key, value) => {
      if (!key.endsWith(':headers')) storage.setItem(key, strip(value));
    },
    removeItem: (key) => {
      storage.removeItem(key);
    },
    clear: () => {
      storage.clear();
    },
  };
}

// Values are JSON for tabs and history, and plain text (a query, a theme's name) for the rest.
function strip(value: string): string {
  if (!value.startsWith('{')) return value;
  try {
    return JSON.stringify(JSON.parse(value), (key, part: unknown) => (key === 'headers' ? null : part));
  } catch {
    return value;
  }
}
