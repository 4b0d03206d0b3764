import type { Clock } from '../domain/clock.ts';

/** Counts events within a rolling time window. */
export interface RollingCounter {
  readonly add: () => void;
  readonly total: () => number;
  readonly clear: () => void;
}

const BUCKET_COUNT = 10;

/** Counts over the last `windowMs`. Counts expire a tenth of the window at a time, so that memory is independent of traffic. */
export function createRollingCounter(windowMs: number, clock: Clock): RollingCounter {
  const buckets = new Uint32Array(BUCKET_COUNT);
  const bucketNow = (): number => Math.floor(clock.monotonicMs() / (windowMs / BUCKET_COUNT));
  let current = bucketNow();

  function expireOld(): void {
    const now = bucketNow();
    for (let bucket = Math.max(current + 1, now - BUCKET_COUNT + 1); bucket <= now; bucket += 1)
      buckets[bucket % BUCKET_COUNT] = 0;
    current = now;
  }

  return {
    add() {
      expireOld();
      buckets[current % BUCKET_COUNT] = (buckets[current % BUCKET_COUNT] ?? 0) + 1;
    },
    total() {
      expireOld();
      return buckets.reduce((sum, count) => sum + count, 0);
    },
    clear() {
      buckets.fill(0);
    },
  };
}
