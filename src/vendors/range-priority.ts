import type { Instant } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import type { CallPriority } from '../http/types.ts';

/** A range that a caller ends at its own "now" ends shortly before the gateway's: the clocks differ, and the query travels. */
const LIVE_MARGIN_MS = 5 * MINUTE;

/** Returns the priority of the calls of a range: a range that reaches now is live. */
export function rangePriority(end: Instant, now: Instant): CallPriority {
  return end + LIVE_MARGIN_MS <= now ? 'past' : 'live';
}
