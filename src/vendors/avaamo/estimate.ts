import type { Space } from '../../cache/cache.ts';
import type { UsagePart } from '../../domain/usage.ts';
import { type AgentQuestion, type Estimate, countAgents } from '../estimate.ts';
import { type BotDays, INTERVENTIONS, USAGE } from './client.ts';
import { canonical, interventionSpace, usageSpace } from './loaders.ts';
import { botDays } from './sources.ts';

/** Each bot, span of days and endpoint is one call. */
export const estimateUsage: Estimate = (questions, _now, held) => {
  const asked = questions.filter((question) => question.capability === 'usageStats');

  function callsFor<Reply>(part: UsagePart, space: Space<BotDays, Reply>): number {
    const spans = Map.groupBy(
      asked.filter(({ query }) => query.parts.has(part)),
      spanOf,
    );
    return [...spans.values()]
      .map((alike) => {
        const during = alike[0]?.query.during;
        const whoms = alike.map(({ whom }) => whom);
        return during ? countAgents(whoms, (bot) => !held.has(space, botDays(bot, during))) : 0;
      })
      .reduce((sum, count) => sum + count, 0);
  }

  return [
    { endpoint: USAGE, calls: callsFor('usage', usageSpace) },
    { endpoint: INTERVENTIONS, calls: callsFor('interventions', interventionSpace) },
  ];
};

/** Zones that are equally far ahead of UTC share a call, as they share an answer. */
function spanOf({ query }: Extract<AgentQuestion, { capability: 'usageStats' }>): string {
  return canonical(botDays('', query.during)).join(' ');
}
