import type { Agent } from '../../domain/agent.ts';
import type { MaybePromise } from '../../domain/maybe-promise.ts';
import { latestInteractions, type LatestInteractionsArgs, toInteractionQuery } from '../../gather/interactions.ts';
import { presence } from '../../gather/presence.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import { sessions } from '../../gather/sessions.ts';
import {
  assertStatusPeriodsArgs,
  currentStatus,
  statusPeriods,
  type StatusPeriodsArgs,
  timeInStatus,
} from '../../gather/status-periods.ts';
import { statusTotals } from '../../gather/status-totals.ts';
import { teamOf } from '../../gather/teams.ts';
import { toUsageQuery, usageStats } from '../../gather/usage-stats.ts';
import { assertTimeRange } from '../../gather/validate-args.ts';
import type {
  AgentStatusTotalsArgs,
  AgentTimeInStatusArgs,
  AgentUsageStatsArgs,
  Resolvers,
} from '../../generated/resolvers.ts';
import { type FieldRules, readRule } from '../../planning/field-rules.ts';
import type { ConstantFieldNames } from '../ast/constant-fields.ts';
import { selectedUsageParts } from '../ast/usage-stats-selection.ts';
import { sourcedConnectionFields } from './connection-fields.ts';
import { memoizeByObject } from './memoize-by-object.ts';

export const agentResolvers: Pick<Resolvers, 'Agent' | 'AgentAccount' | 'AgentConnection' | 'Presence'> = {
  Agent: {
    accounts: (agent) => agent.accounts,
    team: (agent, _, context) => teamOf(context, agent),
    presence: memoizedField('presence', presence),
    currentStatus: memoizedField('currentStatus', currentStatus),
    statusPeriods: memoizedField('statusPeriods', statusPeriods),
    timeInStatus: memoizedField('timeInStatus', timeInStatus),
    statusTotals: memoizedField('statusTotals', statusTotals),
    sessions: memoizedField('sessions', sessions),
    latestInteractions: memoizedField('latestInteractions', latestInteractions),
    usageStats: (agent, args, context, info) =>
      usageStats(context, agent, args, () => selectedUsageParts(info, info.fieldNodes)),
  },
  AgentAccount: { account: ({ account }, _, context) => context.account(account) },
  AgentConnection: sourcedConnectionFields,
  Presence: { complete: sourcedConnectionFields.complete },
};

export const agentConstants = { Agent: [], AgentAccount: [] } satisfies ConstantFieldNames;

export const agentRules = {
  Agent: {
    presence: readRule(() => ({ capability: 'currentStatus' })),
    currentStatus: readRule(() => ({ capability: 'currentStatus' })),
    statusPeriods: readRule((args: StatusPeriodsArgs) => ({
      capability: 'statusPeriods',
      during: assertStatusPeriodsArgs(args),
    })),
    timeInStatus: readRule(({ during }: AgentTimeInStatusArgs) => ({
      capability: 'statusPeriods',
      during: assertTimeRange(during),
    })),
    statusTotals: readRule(({ during }: AgentStatusTotalsArgs) => ({
      capability: 'statusPeriods',
      during: assertTimeRange(during),
    })),
    sessions: readRule((args: StatusPeriodsArgs) => ({
      capability: 'sessions',
      during: assertStatusPeriodsArgs(args),
    })),
    latestInteractions: readRule((args: LatestInteractionsArgs) => ({
      capability: 'latestInteractions',
      query: toInteractionQuery(args),
    })),
    usageStats: readRule(({ during }: AgentUsageStatsArgs, scope, nodes) => ({
      capability: 'usageStats',
      query: toUsageQuery(during, selectedUsageParts(scope, nodes)),
    })),
  },
} satisfies FieldRules;

/** A resolver memoised by agent and arguments, wherever the agent occurs in the response. */
function memoizedField<Args extends object, T>(
  fieldName: string,
  load: (context: QueryContext, agent: Agent, args: Args) => MaybePromise<T>,
) {
  // All agents of a list receive the same object.
  const nameOf = memoizeByObject((args: Args) => `${fieldName} ${JSON.stringify(args)}`);
  return (agent: Agent, args: Args, context: QueryContext): MaybePromise<T> =>
    context.memoize(nameOf(args), agent.id, () => load(context, agent, args));
}
