import type { Instant } from '../domain/clock.ts';

/** How long what a query was given may be kept: as long as the shortest-lived part of it. */
export interface ShelfLife {
  readonly expires: (at: Instant) => void;
  /** Null as long as nothing has been given. */
  readonly until: () => Instant | null;
}

export function createShelfLife(): ShelfLife {
  let until: Instant | null = null;
  return {
    expires: (at) => {
      until = until === null ? at : Math.min(until, at);
    },
    until: () => until,
  };
}
