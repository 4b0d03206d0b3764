import type { Clock } from '../domain/clock.ts';
import type { CallId } from '../domain/source.ts';

/** The calls of an account in the recent past. */
export interface CallWindow {
  /** Counts a call once per bucket, however many agents it served; `key` identifies it. Returns whether it is new. */
  readonly add: (kind: CallKind, key: CallId | string) => boolean;
  readonly count: (kind: CallKind) => number;
}

export type CallKind = 'success' | 'failure';

const BUCKET_COUNT = 12;

/** The most calls of a kind that a bucket distinguishes: further ones change neither the share nor the memory. */
const MAX_CALLS_PER_BUCKET = 1000;

interface Bucket {
  /** The number of the bucket's time span since the clock began. */
  readonly span: number;
  readonly success: Set<CallId | string>;
  readonly failure: Set<CallId | string>;
}

/** Counts over the last `windowMs`. Calls expire a bucket at a time, so that memory is independent of traffic. */
export function createCallWindow(windowMs: number, clock: Pick<Clock, 'monotonicMs'>): CallWindow {
  let buckets: readonly Bucket[] = [];

  function recentBuckets(span: number): readonly Bucket[] {
    if (buckets[0] && buckets[0].span <= span - BUCKET_COUNT)
      buckets = buckets.filter((bucket) => bucket.span > span - BUCKET_COUNT);
    return buckets;
  }

  const currentSpan = (): number => Math.floor(clock.monotonicMs() / (windowMs / BUCKET_COUNT));

  return {
    add(kind, key) {
      const span = currentSpan();
      let current = recentBuckets(span).at(-1);
      if (current?.span !== span) {
        current = { span, success: new Set(), failure: new Set() };
        buckets = [...buckets, current];
      }
      const calls = current[kind];
      if (calls.has(key) || calls.size >= MAX_CALLS_PER_BUCKET) return false;
      calls.add(key);
      return true;
    },
    count: (kind) => recentBuckets(currentSpan()).reduce((sum, bucket) => sum + bucket[kind].size, 0),
  };
}
