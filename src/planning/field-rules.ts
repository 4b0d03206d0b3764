import type { FieldNode } from 'graphql';
import type { TimeRange } from '../domain/time.ts';
import type { AgentsArgs } from '../gather/agents.ts';
import { assertTimeRange } from '../gather/validate-args.ts';
import { type LatestInteractionsArgs, toInteractionQuery } from '../gather/interactions.ts';
import { assertNodeIds } from '../gather/nodes.ts';
import { type PlanningContext, candidatesByEmail, candidatesByAccount, candidatesForPage } from './agent-candidates.ts';
import { type StatusPeriodsArgs, assertStatusPeriodsArgs } from '../gather/status-periods.ts';
import { type UsageDateRange, toUsageQuery } from '../gather/usage-stats.ts';
import type { ReadSpec } from '../vendors/call-estimate.ts';
import type { ExecutionScope } from '../graphql/ast/selection.ts';
import { assertRepresentations } from '../graphql/resolvers/entities.ts';
import { selectedUsageParts } from '../graphql/ast/usage-stats-selection.ts';
import { type PlannedLookup, agentLookups, entityLookups, nodeLookups } from './planned-lookup.ts';

// The arguments are of the field's own type: the schema has coerced them by then.
type PlanLookups = (args: never, planning: PlanningContext) => readonly PlannedLookup[];
type PlanRead = (args: never, scope: ExecutionScope, nodes: readonly FieldNode[]) => ReadSpec;

/** What a field means for the vendors. `find` and `ask` throw what the resolver would throw before it asks anybody. */
export type FieldRule =
  /** It looks for agents, or for what belongs to one. */
  | { readonly kind: 'lookup'; readonly planLookups: PlanLookups }
  /** It asks the accounts of the agent that it is a field of: all of them, or the first one that can answer. */
  | {
      readonly kind: 'read';
      readonly planRead: PlanRead;
      readonly accounts: 'all' | 'first';
    }
  /** It leads back to the agent through whom the thing was found. */
  | { readonly kind: 'backReference' };

/**
 * Every field that may have a vendor called. One that is not here costs nothing beside what stands below it: whoever adds a
 * field that does must add it here, and a test that looks through the schema says so.
 */
export const FIELD_RULES: Readonly<Partial<Record<string, FieldRule>>> = {
  'Query.agent': lookupRule(({ id }: { readonly id: string }, planning) =>
    nodeLookups(planning, id).filter(({ type }) => type === 'Agent'),
  ),
  'Query.agentByEmail': lookupRule(({ email }: { readonly email: string }, planning) =>
    agentLookups(candidatesByEmail(planning, email)),
  ),
  'Query.agentByAccount': lookupRule(({ account, ref }: { readonly account: string; readonly ref: string }, planning) =>
    agentLookups(candidatesByAccount(planning, account, ref)),
  ),
  'Query.agents': lookupRule((args: AgentsArgs, planning) => [
    { type: 'AgentConnection', parent: { candidates: candidatesForPage(planning, args), separateBatch: false } },
  ]),
  'Query.node': lookupRule(({ id }: { readonly id: string }, planning) => nodeLookups(planning, id)),
  'Query.nodes': lookupRule(({ ids }: { readonly ids: readonly string[] }, planning) =>
    assertNodeIds(ids).flatMap((id) => nodeLookups(planning, id)),
  ),
  'Query._entities': lookupRule(({ representations }: { readonly representations: readonly unknown[] }, planning) =>
    assertRepresentations(representations).flatMap((reference) => entityLookups(planning, reference)),
  ),

  'Agent.currentStatus': readRule(() => ({ capability: 'currentStatus' })),
  'Agent.statusPeriods': readRule((args: StatusPeriodsArgs) => ({
    capability: 'statusPeriods',
    during: assertStatusPeriodsArgs(args),
  })),
  'Agent.timeInStatus': readRule(({ during }: { readonly during: TimeRange }) => ({
    capability: 'statusPeriods',
    during: assertTimeRange(during),
  })),
  'Agent.sessions': readRule((args: StatusPeriodsArgs) => ({
    capability: 'sessions',
    during: assertStatusPeriodsArgs(args),
  })),
  'Agent.latestInteractions': readRule((args: LatestInteractionsArgs) => ({
    capability: 'latestInteractions',
    query: toInteractionQuery(args),
  })),
  'Agent.usageStats': readRule(
    ({ during }: { readonly during: UsageDateRange }, scope, nodes) => ({
      capability: 'usageStats',
      query: toUsageQuery(during, selectedUsageParts(scope, nodes)),
    }),
    'first',
  ),

  'StatusPeriod.agent': { kind: 'backReference' },
  'Session.agent': { kind: 'backReference' },
  'Interaction.agent': { kind: 'backReference' },
  'UsageStats.agent': { kind: 'backReference' },
};

function lookupRule(planLookups: PlanLookups): FieldRule {
  return { kind: 'lookup', planLookups };
}

function readRule(planRead: PlanRead, accounts: 'all' | 'first' = 'all'): FieldRule {
  return { kind: 'read', planRead, accounts };
}
