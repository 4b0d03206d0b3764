import type { TimeRange } from '../../domain/time.ts';
import type { CallEstimator } from '../call-estimate.ts';
import { LIST_ENDPOINT } from './client.ts';
import type { LivePersonConfig } from './config.ts';
import { listNamespace } from './loaders.ts';
import { directoryNamespace } from './data-source.ts';
import { computeCoverage, type WindowRules, discoveryWindows } from './window.ts';

/**
 * Estimates one call for each window to list, for any number of agents. Downloads are not part of the estimate, because only the
 * lists have their number; `limits.maxFiles` bounds them.
 */
export function estimateCalls(config: WindowRules & Pick<LivePersonConfig, 'discoverHours'>): CallEstimator {
  return (reads, now, cacheProbe) => {
    const windows = new Map<string, TimeRange>();
    const discovered: TimeRange[] = [];
    for (const read of reads) {
      if (read.capability === 'discover') {
        if (!cacheProbe.isCached(directoryNamespace, null)) discovered.push(...discoveryWindows(now, config));
      } else if (read.capability === 'statusPeriods' || read.capability === 'sessions') {
        if (read.target.maxAgents === 0) continue;
        for (const window of computeCoverage(read.during, now, config).windows) {
          windows.set(`${window.from} ${window.to}`, window);
        }
      }
    }
    // Discovery is not part of a query, so a list may be requested twice: by discovery and by the query.
    const uncached = [...windows.values(), ...discovered].filter(
      (window) => !cacheProbe.isCached(listNamespace, window),
    );
    return [{ endpoint: LIST_ENDPOINT, calls: uncached.length }];
  };
}
