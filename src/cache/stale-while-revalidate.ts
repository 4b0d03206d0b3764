import type { Instant } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { Entry } from './store.ts';

/** The part of its time to live that an answer gets on top while it is fetched anew. */
const SWR_TTL_RATIO = 0.1;
const MAX_SWR_MS = 30 * SECOND;
/** Whoever wants answers as young as this wants no older ones. */
const MIN_SWR_TTL_MS = 5 * SECOND;

/**
 * For how long after its time to live an answer is still served at once, while it is fetched anew for those who come later:
 * a tenth of that time, 30 seconds at most, none at all where it is under 5 seconds. Milliseconds.
 */
export function swrMs(ttlMs: number): number {
  return ttlMs < MIN_SWR_TTL_MS ? 0 : Math.min(ttlMs * SWR_TTL_RATIO, MAX_SWR_MS);
}

/** Until when an entry may be served at once. */
export function swrUntil({ fetchedAt, freshUntil }: Entry): Instant {
  return freshUntil + swrMs(freshUntil - fetchedAt);
}
