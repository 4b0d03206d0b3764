/** The rest of the heap is for answers in the making. */
const MAX_HEAP_RATIO = 1 / 3;

/** How many bytes may be kept in memory: as many as are configured, unless the process is not given enough for that. */
export function maxCacheBytes(configuredBytes: number, heapLimitBytes: number): number {
  return Math.min(configuredBytes, Math.floor(heapLimitBytes * MAX_HEAP_RATIO));
}
