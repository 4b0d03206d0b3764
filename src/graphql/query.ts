import { agentByEmail, agentById, agentBySeat, agents } from '../gather/agents.ts';
import { type Node, checkIds, node, typeOfNode } from '../gather/nodes.ts';
import type { Resolvers } from '../generated/resolvers.ts';

export const query: Pick<Resolvers, 'Query' | 'Node'> = {
  Query: {
    agent: (_, { id }, { desk }) => agentById(desk, id),
    agentByEmail: (_, { email }, { desk }) => agentByEmail(desk, email),
    agentByAccount: (_, { account, ref }, { desk }) => agentBySeat(desk, account, ref),
    agents: (_, args, { desk }) => agents(desk, args),
    node: (_, { id }, { desk }) => node(desk, id),
    nodes: (_, { ids }, { desk }) => {
      checkIds(ids);
      // Each by itself, so that one that fails costs its own place only; the generated types know no promise of null.
      return ids.map((id) => node(desk, id) as Promise<Node>);
    },
    accounts: (_, _args, { desk }) => desk.accounts,
  },
  Node: { __resolveType: typeOfNode },
};
