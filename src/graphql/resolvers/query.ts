import { agentByEmail, agentById, agentByAccount, agents } from '../../gather/agents.ts';
import { type Node, assertNodeIds, node, resolveNodeType } from '../../gather/nodes.ts';
import type { Resolvers } from '../../generated/resolvers.ts';

export const queryResolvers: Pick<Resolvers, 'Query' | 'Node'> = {
  Query: {
    agent: (_, { id }, context) => agentById(context, id),
    agentByEmail: (_, { email }, context) => agentByEmail(context, email),
    agentByAccount: (_, { account, ref }, context) => agentByAccount(context, account, ref),
    agents: (_, args, context) => agents(context, args),
    node: (_, { id }, context) => node(context, id),
    nodes: (_, { ids }, context) => {
      assertNodeIds(ids);
      // Each by itself, so that one that fails costs its own place only; the generated types know no promise of null.
      return ids.map((id) => node(context, id) as Promise<Node>);
    },
    accounts: (_, _args, context) => context.accounts,
  },
  Node: { __resolveType: resolveNodeType },
};
