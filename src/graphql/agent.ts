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
    currentStatus: (one, _, { desk }) => currentStatus(desk, one),
    statusPeriods: (one, args, { desk }) => statusPeriods(desk, one, args),
    timeInStatus: (one, args, { desk }) => timeInStatus(desk, one, args),
    sessions: (one, args, { desk }) => sessions(desk, one, args),
    latestInteractions: (one, args, { desk }) => latestInteractions(desk, one, args),
    usageStats: (one, { during }, { desk }, info) => usageStats(desk, one, during, usageParts(info, info.fieldNodes)),
  },
  AgentAccount: { account: ({ account }, _, { desk }) => desk.account(account) },
  AgentConnection: pageFields,
};
