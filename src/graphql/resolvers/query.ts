import { accounts } from '../../gather/accounts.ts';
import { agentByAccount, agentByEmail, agentById, agentByKey, agents, type AgentsArgs } from '../../gather/agents.ts';
import { assertNodeIds, type Node, node, resolveNodeType } from '../../gather/nodes.ts';
import { MAX_COUNTED_AGENTS, statusCounts, type StatusCountsArgs } from '../../gather/status-counts.ts';
import { teams } from '../../gather/teams.ts';
import type {
  QueryAgentArgs,
  QueryAgentByAccountArgs,
  QueryAgentByEmailArgs,
  QueryAgentByKeyArgs,
  QueryNodeArgs,
  QueryNodesArgs,
  Resolvers,
} from '../../generated/resolvers.ts';
import {
  candidatesByAccount,
  candidatesByEmail,
  candidatesByKey,
  candidatesForFilter,
  candidatesForPage,
} from '../../planning/agent-candidates.ts';
import { type FieldRules, lookupAndReadRule, lookupRule } from '../../planning/field-rules.ts';
import { agentLookups, nodeLookups } from '../../planning/planned-lookup.ts';

export const queryResolvers: Pick<Resolvers, 'Query' | 'Node'> = {
  Query: {
    agent: (_, { id }, context) => agentById(context, id),
    agentByEmail: (_, { email }, context) => agentByEmail(context, email),
    agentByAccount: (_, { account, ref }, context) => agentByAccount(context, account, ref),
    agentByKey: (_, { key }, context) => agentByKey(context, key),
    agents: (_, args, context) => agents(context, args),
    node: (_, { id }, context) => node(context, id),
    nodes: (_, { ids }, context) => {
      assertNodeIds(ids);
      // One promise per id, so that a failure affects its own place only. The generated types allow no promise of null.
      return ids.map((id) => node(context, id) as Promise<Node>);
    },
    accounts: (_, _args, context) => accounts(context),
    teams: (_, _args, context) => teams(context),
    statusCounts: (_, args, context) => statusCounts(context, args),
  },
  Node: { __resolveType: resolveNodeType },
};

export const queryRules = {
  Query: {
    agent: lookupRule(({ id }: QueryAgentArgs, planning) =>
      nodeLookups(planning, id).filter(({ type }) => type === 'Agent'),
    ),
    agentByEmail: lookupRule(({ email }: QueryAgentByEmailArgs, planning) =>
      agentLookups(candidatesByEmail(planning, email)),
    ),
    agentByAccount: lookupRule(({ account, ref }: QueryAgentByAccountArgs, planning) =>
      agentLookups(candidatesByAccount(planning, account, ref)),
    ),
    agentByKey: lookupRule(({ key }: QueryAgentByKeyArgs, planning) => agentLookups(candidatesByKey(planning, key))),
    agents: lookupRule((args: AgentsArgs, planning) => [
      { type: 'AgentConnection', parent: { candidates: candidatesForPage(planning, args), separateBatch: false } },
    ]),
    node: lookupRule(({ id }: QueryNodeArgs, planning) => nodeLookups(planning, id)),
    nodes: lookupRule(({ ids }: QueryNodesArgs, planning) =>
      assertNodeIds(ids).flatMap((id) => nodeLookups(planning, id)),
    ),
    statusCounts: lookupAndReadRule(
      ({ filter }: StatusCountsArgs, planning) => {
        const candidates = candidatesForFilter(planning, filter ?? {}, MAX_COUNTED_AGENTS);
        return [{ type: 'StatusCounts', parent: { candidates, separateBatch: false } }];
      },
      () => ({ capability: 'currentStatus' }),
    ),
  },
} satisfies FieldRules;
