import type { Space } from '../../cache/cache.ts';
import type { DateRange } from '../../domain/time.ts';
import type { UsagePart } from '../../domain/usage.ts';
import { type Estimate, countAgents, remembered } from '../estimate.ts';
import { type BotDays, INTERVENTIONS, USAGE } from './client.ts';
import { canonical, interventionSpace, usageSpace } from './loaders.ts';
import { botDays } from './sources.ts';

/** Each bot, span of days and endpoint is one call. */
export function estimateUsage(daysOf = botDays): Estimate {
  return (questions, _now, held) => {
    const asked = questions.filter((question) => question.capability === 'usageStats');
    // The same for every bot.
    const nobodysDays = remembered(
      ({ from, to, timeZone }: DateRange) => [from, to, timeZone].join(' '),
      (during) => daysOf('', during),
    );

    function callsFor<Reply>(part: UsagePart, space: Space<BotDays, Reply>): number {
      const about = asked
        .filter(({ query }) => query.parts.has(part))
        .map(({ query, whom }) => ({ whom, days: nobodysDays(query.during) }));
      return [...Map.groupBy(about, ({ days }) => spanOf(days))]
        .map(([, alike]) => {
          const days = alike[0]?.days;
          const whoms = alike.map(({ whom }) => whom);
          return days ? countAgents(whoms, (bot) => !held.has(space, { ...days, bot })) : 0;
        })
        .reduce((sum, count) => sum + count, 0);
    }

    return [
      { endpoint: USAGE, calls: callsFor('usage', usageSpace) },
      { endpoint: INTERVENTIONS, calls: callsFor('interventions', interventionSpace) },
    ];
  };
}

/** Zones that are equally far ahead of UTC share a call, as they share an answer. */
function spanOf(days: BotDays): string {
  return canonical(days).join(' ');
}
