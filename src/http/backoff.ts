/** A number from 0 up to, but not including, 1; as Math.random gives them. */
export type Random = () => number;

const BASE_DELAY_MS = 200;
const MAX_DELAY_MS = 2000;

/**
 * Milliseconds to wait before the attempt after the `failed`-th (from 1): anything up to a bound that doubles. Full jitter
 * spreads the attempts of many callers best, see "Exponential Backoff And Jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(failedAttempts: number, random: Random): number {
  return random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (failedAttempts - 1));
}
