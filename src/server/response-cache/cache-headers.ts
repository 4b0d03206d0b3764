import { SECOND } from '../../domain/time.ts';
import { formatCacheControl } from '../../request/max-age.ts';
import type { Answer } from './response-cache.ts';

/** The name of this cache in Cache-Status. */
const CACHE_NAME = 'switchboard';

/**
 * Returns the headers that tell how the response cache was used (Cache-Status, RFC 9211), and the time that is left of a response
 * that is not executed for this request. `Age` is 0 then: as `max-age` is what is left, its lifetime begins with every sending.
 */
export function cacheHeaders(
  { response: { validUntilMs }, source }: Answer,
  nowMs: number,
): Readonly<Record<string, string>> {
  const msLeft = validUntilMs === Infinity ? null : validUntilMs - nowMs;
  const cacheControl = formatCacheControl(msLeft);
  switch (source) {
    case 'stored': {
      const ttl = msLeft === null ? '' : `; ttl=${Math.floor(msLeft / SECOND)}`;
      return { 'cache-control': cacheControl, age: '0', 'cache-status': `${CACHE_NAME}; hit${ttl}` };
    }
    case 'collapsed':
      return { 'cache-control': cacheControl, 'cache-status': `${CACHE_NAME}; fwd=miss; collapsed` };
    case 'executed-and-stored':
      return { 'cache-status': `${CACHE_NAME}; fwd=miss; stored` };
    case 'executed':
      return { 'cache-status': `${CACHE_NAME}; fwd=miss` };
  }
}
