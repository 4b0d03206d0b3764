import type { Instant } from '../domain/clock.ts';

/** How long what a query was given may be kept: as long as the shortest-lived part of it. */
export interface CachePolicy {
  readonly restrict: (expiresAt: Instant) => void;
  /** Null as long as nothing has been given. */
  readonly expiresAt: () => Instant | null;
}

export function createCachePolicy(): CachePolicy {
  let earliest: Instant | null = null;
  return {
    restrict: (expiresAt) => {
      earliest = earliest === null ? expiresAt : Math.min(earliest, expiresAt);
    },
    expiresAt: () => earliest,
  };
}
