/** The rest of the heap is for answers in the making. */
const SHARE_OF_HEAP = 1 / 3;

/** How many bytes may be kept in memory: as many as are configured, unless the process is not given enough for that. */
export function memoryBound(configured: number, heapLimit: number): number {
  return Math.min(configured, Math.floor(heapLimit * SHARE_OF_HEAP));
}
