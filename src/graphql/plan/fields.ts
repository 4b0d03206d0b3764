import type { FieldNode } from 'graphql';
import type { TimeRange } from '../../domain/time.ts';
import type { AgentsArgs } from '../../gather/agents.ts';
import { checkRange } from '../../gather/input.ts';
import { type LatestInteractionsArgs, interactionQueryOf } from '../../gather/interactions.ts';
import { checkIds } from '../../gather/nodes.ts';
import { type Outlook, prospectByEmail, prospectBySeat, prospectOfList } from '../../gather/prospects.ts';
import { type StatusPeriodsArgs, checkPeriodsArgs } from '../../gather/status-periods.ts';
import { type UsageDates, usageQueryOf } from '../../gather/usage-stats.ts';
import type { Matter } from '../../vendors/estimate.ts';
import type { Document } from '../selection.ts';
import { checkRepresentations } from '../entities.ts';
import { usageParts } from '../usage-parts.ts';
import { type Finding, agentFound, entityFound, nodeFound } from './findings.ts';

// The arguments are of the field's own type: the schema has coerced them by then.
type Find = (args: never, outlook: Outlook) => readonly Finding[];
type Ask = (args: never, document: Document, nodes: readonly FieldNode[]) => Matter;

/** What a field means for the vendors. `find` and `ask` throw what the resolver would throw before it asks anybody. */
export type Rule =
  /** It looks for agents, or for what belongs to one. */
  | { readonly means: 'finding'; readonly find: Find }
  /** It asks the accounts of the agent that it is a field of: all of them, or the first one that can answer. */
  | {
      readonly means: 'asking';
      readonly ask: Ask;
      readonly accounts: 'all' | 'first';
    }
  /** It leads back to the agent through whom the thing was found. */
  | { readonly means: 'owner' };

/**
 * Every field that may have a vendor called. One that is not here costs nothing beside what stands below it: whoever adds a
 * field that does must add it here, and a test that looks through the schema says so.
 */
export const FIELDS: Readonly<Partial<Record<string, Rule>>> = {
  'Query.agent': finding(({ id }: { readonly id: string }, outlook) =>
    nodeFound(outlook, id).filter(({ type }) => type === 'Agent'),
  ),
  'Query.agentByEmail': finding(({ email }: { readonly email: string }, outlook) =>
    agentFound(prospectByEmail(outlook, email)),
  ),
  'Query.agentByAccount': finding(({ account, ref }: { readonly account: string; readonly ref: string }, outlook) =>
    agentFound(prospectBySeat(outlook, account, ref)),
  ),
  'Query.agents': finding((args: AgentsArgs, outlook) => [
    { type: 'AgentConnection', place: { prospect: prospectOfList(outlook, args), apart: false } },
  ]),
  'Query.node': finding(({ id }: { readonly id: string }, outlook) => nodeFound(outlook, id)),
  'Query.nodes': finding(({ ids }: { readonly ids: readonly string[] }, outlook) =>
    checkIds(ids).flatMap((id) => nodeFound(outlook, id)),
  ),
  'Query._entities': finding(({ representations }: { readonly representations: readonly unknown[] }, outlook) =>
    checkRepresentations(representations).flatMap((reference) => entityFound(outlook, reference)),
  ),

  'Agent.currentStatus': asking(() => ({ capability: 'currentStatus' })),
  'Agent.statusPeriods': asking((args: StatusPeriodsArgs) => ({
    capability: 'statusPeriods',
    during: checkPeriodsArgs(args),
  })),
  'Agent.timeInStatus': asking(({ during }: { readonly during: TimeRange }) => ({
    capability: 'statusPeriods',
    during: checkRange(during),
  })),
  'Agent.sessions': asking((args: StatusPeriodsArgs) => ({ capability: 'sessions', during: checkPeriodsArgs(args) })),
  'Agent.latestInteractions': asking((args: LatestInteractionsArgs) => ({
    capability: 'latestInteractions',
    query: interactionQueryOf(args),
  })),
  'Agent.usageStats': asking(
    ({ during }: { readonly during: UsageDates }, document, nodes) => ({
      capability: 'usageStats',
      query: usageQueryOf(during, usageParts(document, nodes)),
    }),
    'first',
  ),

  'StatusPeriod.agent': { means: 'owner' },
  'Session.agent': { means: 'owner' },
  'Interaction.agent': { means: 'owner' },
  'UsageStats.agent': { means: 'owner' },
};

function finding(find: Find): Rule {
  return { means: 'finding', find };
}

function asking(ask: Ask, accounts: 'all' | 'first' = 'all'): Rule {
  return { means: 'asking', ask, accounts };
}
