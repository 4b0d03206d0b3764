import type { StatusChange } from '../../domain/status-change.ts';
import { agentById, agents, type AgentsArgs } from '../../gather/agents.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import { MAX_COUNTED_AGENTS } from '../../gather/status-counts.ts';
import type {
  Resolvers,
  SubscriptionAgentArgs,
  SubscriptionResolveFn,
  SubscriptionStatusChangesArgs,
} from '../../generated/resolvers.ts';
import { candidatesForFilter } from '../../planning/agent-candidates.ts';
import { type FieldRules, lookupAndReadRule } from '../../planning/field-rules.ts';
import { queryRules } from './query.ts';

type Resolve<Result, Args> = SubscriptionResolveFn<Result, unknown, QueryContext, Args>;

// A type, not an interface: the resolvers have to fit an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type SubscriptionFieldResolvers = {
  readonly agent: Resolve<ReturnType<typeof agentById>, SubscriptionAgentArgs>;
  readonly agents: Resolve<ReturnType<typeof agents>, AgentsArgs>;
  readonly statusChanges: Resolve<StatusChange, SubscriptionStatusChangesArgs>;
};

/**
 * The fields of a subscription are resolved as those of a query are: its operation is executed once for each event. What runs it
 * again, and when, is the live layer's.
 */
export const subscriptionResolvers: Pick<Resolvers, 'StatusChange'> & {
  readonly Subscription: SubscriptionFieldResolvers;
} = {
  Subscription: {
    agent: (_, { id }, context) => agentById(context, id),
    agents: (_, args, context) => agents(context, args),
    statusChanges: (_, _args, { stream }) => {
      if (!stream?.change) throw new Error('the change of a status is missing');
      return stream.change;
    },
  },
  StatusChange: { account: ({ account }, _, context) => context.account(account) },
};

export const subscriptionRules = {
  Subscription: {
    agent: queryRules.Query.agent,
    agents: queryRules.Query.agents,
    // Not by the resolver: the statuses of all matching agents are read to find the changes.
    statusChanges: lookupAndReadRule(
      ({ filter }: SubscriptionStatusChangesArgs, planning) => {
        const candidates = candidatesForFilter(planning, filter ?? {}, MAX_COUNTED_AGENTS);
        return [{ type: 'StatusChange', parent: { candidates, separateBatch: false } }];
      },
      () => ({ capability: 'currentStatus' }),
    ),
  },
} satisfies FieldRules;
