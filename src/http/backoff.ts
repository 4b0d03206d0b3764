/** Returns a number in [0, 1), like Math.random. */
export type Random = () => number;

const BASE_DELAY_MS = 200;
const MAX_DELAY_MS = 2000;

/**
 * Returns the delay before the next attempt after `failedAttempts` (from 1): exponential backoff with full jitter, which
 * spreads the attempts of many callers best. See "Exponential Backoff And Jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(failedAttempts: number, random: Random): number {
  return random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (failedAttempts - 1));
}
