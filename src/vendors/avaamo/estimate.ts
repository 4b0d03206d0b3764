import type { CacheNamespace } from '../../cache/cache.ts';
import type { DateRange } from '../../domain/time.ts';
import type { UsagePart } from '../../domain/usage-stats.ts';
import { type CallEstimator, countAgents, groupByKey, memoizeBy } from '../call-estimate.ts';
import { type BotDays, INTERVENTIONS_ENDPOINT, USAGE_ENDPOINT } from './client.ts';
import { toBotDays } from './data-source.ts';
import { interventionsNamespace, toKeyParts, usageNamespace } from './loaders.ts';

/** One call for each bot, span of days and endpoint. */
export function estimateCalls(toDays = toBotDays): CallEstimator {
  return (reads, _now, probe) => {
    const usageReads = reads.filter((read) => read.capability === 'usageStats');
    // The UTC offset is the same for every bot.
    const daysWithoutBot = memoizeBy(
      ({ from, to, timeZone }: DateRange) => [from, to, timeZone].join(' '),
      (during) => toDays('', during),
    );

    function callsFor<Stored>(part: UsagePart, namespace: CacheNamespace<BotDays, Stored>): number {
      const targetDays = usageReads
        .filter(({ query }) => query.parts.has(part))
        .map(({ query, target }) => ({ target, days: daysWithoutBot(query.during) }));
      let calls = 0;
      for (const group of groupByKey(targetDays, ({ days }) => spanKey(days))) {
        const days = group[0]?.days;
        const targets = group.map(({ target }) => target);
        if (days) calls += countAgents(targets, (bot) => !probe.isCached(namespace, { ...days, bot }));
      }
      return calls;
    }

    return [
      { endpoint: USAGE_ENDPOINT, calls: callsFor('usage', usageNamespace) },
      { endpoint: INTERVENTIONS_ENDPOINT, calls: callsFor('interventions', interventionsNamespace) },
    ];
  };
}

/** Time zones with the same UTC offset share a call, as they share a cached value. */
function spanKey(days: BotDays): string {
  return toKeyParts(days).join(' ');
}
