import { agents, type AgentsArgs } from '../../gather/agents.ts';
import type { Resolvers } from '../../generated/resolvers.ts';
import { type FieldRules, lookupRule } from '../../planning/field-rules.ts';
import { teamPageLookups } from '../../planning/planned-lookup.ts';

export const teamResolvers: Pick<Resolvers, 'Team'> = {
  Team: { agents: ({ id }, args, context) => agents(context, { ...args, filter: { teams: [id] } }) },
};

export const teamRules = {
  Team: {
    agents: lookupRule((args: Pick<AgentsArgs, 'first' | 'after'>, planning, parents) =>
      teamPageLookups(planning, args, parents),
    ),
  },
} satisfies FieldRules;
