/** Takes up to `requested` from what is left of a limit and returns how many it granted. What is granted is spent. */
export type TakeBudget = (requested: number) => number;

export function createBudget(limit: number): TakeBudget {
  let left = limit;
  return (requested) => {
    const granted = Math.max(0, Math.min(requested, left));
    left -= granted;
    return granted;
  };
}

/** A counter with an upper limit. */
export interface LimitCounter {
  /** Adds `count` and returns whether the total is within the limit. */
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
