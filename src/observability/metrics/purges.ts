import type { MetricFactory } from './registry.ts';

/** Whether this process was asked for a purge, or another one that shares its Redis. */
export type PurgeSource = 'request' | 'fleet';

export interface PurgeMetrics {
  readonly purged: (account: string, source: PurgeSource) => void;
}

export function createPurgeMetrics({ counter }: MetricFactory): PurgeMetrics {
  const purges = counter('purges_total', 'Purges of cached values by account.', ['account', 'source']);
  return {
    purged: (account, source) => {
      purges.inc({ account, source });
    },
  };
}
