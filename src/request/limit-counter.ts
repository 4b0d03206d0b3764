/** Counts up to a limit. */
export interface LimitCounter {
  /** Counts so many more; says whether all together are within the limit. */
  readonly add: (count: number) => boolean;
  readonly isWithinLimit: () => boolean;
}

export function createLimitCounter(limit: number): LimitCounter {
  let total = 0;
  return {
    add: (count) => {
      total += count;
      return total <= limit;
    },
    isWithinLimit: () => total <= limit,
  };
}
