import type { CacheMetrics } from '../../cache/ports.ts';
import type { MetricFactory } from './registry.ts';

/** The metrics of the cache. */
export function createCacheMetrics({ counter }: MetricFactory): CacheMetrics {
  const errors = counter('cache_errors_total', 'Failed operations on the shared cache.', ['operation', 'reason']);
  const reads = counter('cache_reads_total', 'Keys read from the cache by result.', ['account', 'endpoint', 'result']);
  return {
    cacheRead: (account, endpoint, result, keys = 1) => {
      reads.inc({ account, endpoint, result }, keys);
    },
    cacheError: (operation, reason) => {
      errors.inc({ operation, reason });
    },
  };
}
