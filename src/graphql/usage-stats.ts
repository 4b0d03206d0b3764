import { agentOf } from '../gather/agents.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { sourcedPageFields } from './page.ts';

export const usageStats: Pick<Resolvers, 'UsageStats'> = {
  UsageStats: {
    agent: (stats, _, { desk }) => agentOf(desk, stats),
    account: ({ account }, _, { desk }) => desk.account(account),
    current: ({ current }) => {
      if (!current) throw new Error('an interval was selected, but no endpoint asked for it');
      return current;
    },
    complete: sourcedPageFields.complete,
  },
};
