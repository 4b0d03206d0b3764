import type { StoreUse } from '../../cache/memory-store.ts';
import type { CacheMetrics } from '../../cache/ports.ts';
import type { MetricFactory } from './registry.ts';
import { createTally } from './tally.ts';

/** What a level holds: values of vendors, in memory or in the file of `cache.path`; or complete responses, in memory. */
export type CacheLevel = 'memory' | 'disk' | 'responses';

/** The metrics of the cache. */
export interface AllCacheMetrics extends CacheMetrics {
  /** Exports how full a level of this process is, whenever /metrics is read. */
  readonly watchCacheLevel: (level: CacheLevel, use: () => StoreUse) => void;
  /** Redis answers, or not; never called without a Redis. */
  readonly redisUp: (isUp: boolean) => void;
}

export function createCacheMetrics(factory: MetricFactory): AllCacheMetrics {
  const { counter } = factory;
  const errors = counter('cache_errors_total', 'Failed operations on the shared cache and on the file of the cache.', [
    'operation',
    'reason',
  ]);
  const readLabels = ['account', 'endpoint', 'result'] as const;
  const reads = createTally(readLabels);
  counter('cache_reads_total', 'Keys read from the cache by result.', readLabels, reads.report);
  return {
    ...createLevelMetrics(factory),
    ...createRedisMetrics(factory),
    cacheRead: (account, endpoint, result, keys = 1) => {
      reads.add([account, endpoint, result], keys);
    },
    cacheError: (operation, reason, entries = 1) => {
      errors.inc({ operation, reason }, entries);
    },
  };
}

function createLevelMetrics({ counter, gauge }: MetricFactory): Pick<AllCacheMetrics, 'watchCacheLevel'> {
  const labelNames = ['level'] as const;
  const levels = new Map<CacheLevel, () => StoreUse>();
  const watchGauge = (name: string, help: string, select: (use: StoreUse) => number): void => {
    gauge(name, help, labelNames, (values) => {
      for (const [level, use] of levels) values.set({ level }, select(use()));
    });
  };
  watchGauge('cache_bytes', 'Bytes that the level of the cache holds.', ({ bytes }) => bytes);
  watchGauge('cache_max_bytes', 'Bytes that the level of the cache may hold.', ({ maxBytes }) => maxBytes);
  watchGauge('cache_entries', 'Entries in the level of the cache.', ({ entries }) => entries);
  counter('cache_evictions_total', 'Entries dropped for others, by level of the cache.', labelNames, (values) => {
    for (const [level, use] of levels) values.inc({ level }, use().evictions);
  });
  return {
    watchCacheLevel: (level, use) => {
      levels.set(level, use);
    },
  };
}

function createRedisMetrics({ gauge }: MetricFactory): Pick<AllCacheMetrics, 'redisUp'> {
  const up = gauge('redis_up', 'Whether Redis answers; absent without a Redis.', []);
  // A gauge without labels starts with 0, which would be an outage.
  up.remove();
  return {
    redisUp: (isUp) => {
      up.set(isUp ? 1 : 0);
    },
  };
}
