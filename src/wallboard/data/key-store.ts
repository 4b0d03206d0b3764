/** The part of the browser's `Storage` that keeps the key. */
export interface KeyStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const NAME = 'switchboard:key';

/** The caller's key, for this tab only: `sessionStorage` ends with it. */
export interface KeyStore {
  readonly read: () => string | null;
  readonly write: (key: string | null) => void;
}

export function createKeyStore(storage: KeyStorage): KeyStore {
  return {
    read: () => storage.getItem(NAME),
    write: (key) => {
      if (key === null) storage.removeItem(NAME);
      else storage.setItem(NAME, key);
    },
  };
}
