/** Counts up to a limit. */
export interface Tally {
  /** Counts so many more; says whether all together are within the limit. */
  readonly add: (more: number) => boolean;
  readonly isWithin: () => boolean;
}

export function createTally(limit: number): Tally {
  let sum = 0;
  return {
    add: (more) => {
      sum += more;
      return sum <= limit;
    },
    isWithin: () => sum <= limit,
  };
}
