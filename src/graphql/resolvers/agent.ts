import type { Agent } from '../../domain/agent.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import { latestInteractions } from '../../gather/interactions.ts';
import { sessions } from '../../gather/sessions.ts';
import { currentStatus, statusPeriods, timeInStatus } from '../../gather/status-periods.ts';
import { usageStats } from '../../gather/usage-stats.ts';
import type { Resolvers } from '../../generated/resolvers.ts';
import { connectionFields } from './connection-fields.ts';
import { selectedUsageParts } from '../ast/usage-stats-selection.ts';

export const agentResolvers: Pick<Resolvers, 'Agent' | 'AgentAccount' | 'AgentConnection'> = {
  Agent: {
    accounts: (agent) => agent.accounts,
    currentStatus: memoizedField('currentStatus', currentStatus),
    statusPeriods: memoizedField('statusPeriods', statusPeriods),
    timeInStatus: memoizedField('timeInStatus', timeInStatus),
    sessions: memoizedField('sessions', sessions),
    latestInteractions: memoizedField('latestInteractions', latestInteractions),
    usageStats: (agent, { during }, context, info) =>
      usageStats(context, agent, during, () => selectedUsageParts(info, info.fieldNodes)),
  },
  AgentAccount: { account: ({ account }, _, context) => context.account(account) },
  AgentConnection: connectionFields,
};

/** A field that tells the same for the same arguments, wherever in an answer the agent is come by. */
function memoizedField<Args extends object, T>(
  fieldName: string,
  load: (context: QueryContext, agent: Agent, args: Args) => Promise<T>,
) {
  return (agent: Agent, args: Args, context: QueryContext): T | Promise<T> =>
    context.memoize(`${fieldName} ${agent.id} ${JSON.stringify(args)}`, () => load(context, agent, args));
}
