import { isNotFound, VendorError } from '../domain/vendor-error.ts';
import type { FetchedValue, NegativeResult } from './cache.ts';

/** What `fetch` gives; where the vendor says that there is no such thing, that as an answer to be kept. */
export async function cacheNotFound<Value>(
  fetch: () => Promise<FetchedValue<Value>>,
  ttlSeconds: number,
): Promise<FetchedValue<Value> | NegativeResult> {
  try {
    return await fetch();
  } catch (error) {
    if (error instanceof VendorError && isNotFound(error)) return { notFound: error, ttlSeconds };
    throw error;
  }
}
