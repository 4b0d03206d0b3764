import { owningAgent } from '../../gather/agents.ts';
import type { Resolvers } from '../../generated/resolvers.ts';
import { backReferenceRule, type FieldRules } from '../../planning/field-rules.ts';
import { sourcedConnectionFields } from './connection-fields.ts';

export const usageStatsResolvers: Pick<Resolvers, 'UsageStats'> = {
  UsageStats: {
    agent: (stats, _, context) => owningAgent(context, stats),
    account: ({ account }, _, context) => context.account(account),
    current: ({ current }) => {
      if (!current) throw new Error('an interval was selected, but no endpoint asked for it');
      return current;
    },
    complete: sourcedConnectionFields.complete,
  },
};

export const usageStatsRules = { UsageStats: { agent: backReferenceRule } } satisfies FieldRules;
