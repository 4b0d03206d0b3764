const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/**
 * Returns the milliseconds to wait after failures in a row: what the gateway asked for and up to half a second more, so that clients do not
 * return together; otherwise exponential backoff with full jitter.
 */
export function retryDelayMs(
  { retryAfterSeconds }: { readonly retryAfterSeconds: number | null },
  failures: number,
  random: () => number,
): number {
  if (retryAfterSeconds !== null) return retryAfterSeconds * 1000 + random() * FIRST_DELAY_MS;
  return random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
}
