/*
 * What the parts of a process may take of its heap, whatever is configured for them. LivePerson's files have their own shares
 * (vendors/content-memory.ts). The rest is for the process itself, and for responses under construction.
 */

/** What values are mapped to when they are first read, and keep, takes about as much as they do: a third of the heap with it. */
const CACHE_SHARE = 1 / 6;
const TEXTS_SHARE = 1 / 12;

/** Returns the bound of the cache in memory: the configured bytes, unless the heap of the process is too small for them. */
export function maxCacheBytes(configuredBytes: number, heapLimitBytes: number): number {
  return Math.min(configuredBytes, Math.floor(heapLimitBytes * CACHE_SHARE));
}

/** Returns the bound of the JSON texts of objects likewise. */
export function maxObjectTextBytes(configuredBytes: number, heapLimitBytes: number): number {
  return Math.min(configuredBytes, Math.floor(heapLimitBytes * TEXTS_SHARE));
}
