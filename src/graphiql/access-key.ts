import { createObservableValue, type ObservableValue } from './observable-value.ts';
import type { TextStorage } from './storage.ts';

const STORAGE_KEY = 'switchboard:key';

/** The caller's key: kept for the browser tab, also over reloads, and forgotten when the tab is closed. */
export function createAccessKey(sessionStorage: TextStorage): ObservableValue<string> {
  const key = createObservableValue(sessionStorage.getItem(STORAGE_KEY) ?? '');
  return {
    ...key,
    set: (value) => {
      // People paste the whole header.
      const text = value.trim().replace(/^Bearer\s+/i, '');
      if (text === '') sessionStorage.removeItem(STORAGE_KEY);
      else sessionStorage.setItem(STORAGE_KEY, text);
      key.set(text);
    },
  };
}
