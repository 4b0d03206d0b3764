import { saysNotFound, VendorError } from '../domain/vendor-error.ts';
import type { Fresh, NotFound } from './cache.ts';

/** What `fetch` gives; where the vendor says that there is no such thing, that as an answer to be kept. */
export async function orNotFound<Value>(
  fetch: () => Promise<Fresh<Value>>,
  ttlSeconds: number,
): Promise<Fresh<Value> | NotFound> {
  try {
    return await fetch();
  } catch (error) {
    if (error instanceof VendorError && saysNotFound(error)) return { notFound: error, ttlSeconds };
    throw error;
  }
}
