import type { TimeRange } from '../../domain/time.ts';
import type { Estimate } from '../estimate.ts';
import { LIST } from './client.ts';
import type { LivePersonConfig } from './config.ts';
import { listSpace } from './loaders.ts';
import { directorySpace } from './sources.ts';
import { coverageOf, type Rules, windowsOfDiscovery } from './window.ts';

/**
 * One call for each window to be listed, however many agents are asked about. The files behind the lists are no part of the
 * estimate: only the lists tell how many there are. What bounds them is `limits.maxFiles`.
 */
export function estimateLists(config: Rules & Pick<LivePersonConfig, 'discoverHours'>): Estimate {
  return (questions, now, held) => {
    const windows = new Map<string, TimeRange>();
    const discovered: TimeRange[] = [];
    for (const question of questions) {
      if (question.capability === 'discover') {
        if (!held.has(directorySpace, null)) discovered.push(...windowsOfDiscovery(now, config));
      } else if (question.capability === 'statusPeriods' || question.capability === 'sessions') {
        if (question.whom.most === 0) continue;
        for (const window of coverageOf(question.during, now, config).windows) {
          windows.set(`${window.from} ${window.to}`, window);
        }
      }
    }
    // Discovery belongs to no query, so that a list may be asked for twice: by it, and by the query.
    const missing = [...windows.values(), ...discovered].filter((window) => !held.has(listSpace, window));
    return [{ endpoint: LIST, calls: missing.length }];
  };
}
