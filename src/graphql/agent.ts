import type { Agent } from '../domain/agent.ts';
import type { Context } from '../gather/context.ts';
import type { Desk } from '../gather/desk.ts';
import { latestInteractions } from '../gather/interactions.ts';
import { sessions } from '../gather/sessions.ts';
import { currentStatus, statusPeriods, timeInStatus } from '../gather/status-periods.ts';
import { usageStats } from '../gather/usage-stats.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { pageFields } from './page.ts';
import { usageParts } from './usage-parts.ts';

export const agent: Pick<Resolvers, 'Agent' | 'AgentAccount' | 'AgentConnection'> = {
  Agent: {
    accounts: (one) => one.seats,
    currentStatus: told('currentStatus', currentStatus),
    statusPeriods: told('statusPeriods', statusPeriods),
    timeInStatus: told('timeInStatus', timeInStatus),
    sessions: told('sessions', sessions),
    latestInteractions: told('latestInteractions', latestInteractions),
    usageStats: (one, { during }, { desk }, info) =>
      usageStats(desk, one, during, () => usageParts(info, info.fieldNodes)),
  },
  AgentAccount: { account: ({ account }, _, { desk }) => desk.account(account) },
  AgentConnection: pageFields,
};

/** A field that tells the same for the same arguments, wherever in an answer the agent is come by. */
function told<Args extends object, T>(field: string, gather: (desk: Desk, one: Agent, args: Args) => Promise<T>) {
  return (one: Agent, args: Args, { desk }: Context): T | Promise<T> =>
    desk.once(`${field} ${one.id} ${JSON.stringify(args)}`, () => gather(desk, one, args));
}
