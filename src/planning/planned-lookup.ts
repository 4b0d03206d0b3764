import { type DecodedGlobalId, decodeGlobalId } from '../domain/global-id.ts';
import type { AgentsArgs } from '../gather/agents.ts';
import { ALL_LATEST_INTERACTIONS } from '../gather/interactions.ts';
import { refetchRange } from '../gather/nodes.ts';
import { teams } from '../gather/teams.ts';
import type { PlannedAgentRead, ReadSpec } from '../vendors/call-estimate.ts';
import {
  type AgentCandidates,
  awaitDiscovery,
  candidatesByAccount,
  candidatesById,
  candidatesForPage,
} from './agent-candidates.ts';
import type { PlanningContext } from './planning-context.ts';

/** The agents below which a part of the response stands. */
export interface ParentAgents {
  readonly candidates: AgentCandidates;
  /** Whether each agent is resolved at a moment of its own, so that its reads cannot share a batch with the others'. */
  readonly separateBatch: boolean;
}

/** An object that a root field may return. */
export interface PlannedLookup {
  /** Its type in the schema; null for one that the response will not contain. */
  readonly type: string | null;
  readonly parent: ParentAgents;
  /** The read that finds the object, besides discovery. */
  readonly accountRead?: { readonly account: string; readonly read: PlannedAgentRead };
}

export function agentLookups(candidates: AgentCandidates | null): readonly PlannedLookup[] {
  return candidates ? [{ type: 'Agent', parent: { candidates, separateBatch: false } }] : [];
}

/** The pages of these teams' agents, below a list of teams or below agents with a team. */
export function teamPageLookups(
  planning: PlanningContext,
  page: Pick<AgentsArgs, 'first' | 'after'>,
  parents: readonly ParentAgents[],
): readonly PlannedLookup[] {
  const separateBatch = parents.some((parent) => parent.separateBatch);
  const isDiscoveryAwaited = parents.some(({ candidates }) => candidates.resolvedBy === 'discovery');
  return teamIdsOf(planning, parents).map((id): PlannedLookup => {
    const members = candidatesForPage(planning, { ...page, filter: { teams: [id] } });
    const candidates = isDiscoveryAwaited ? awaitDiscovery(members) : members;
    return { type: 'AgentConnection', parent: { candidates, separateBatch } };
  });
}

/** The teams of the parents; all that the caller may see where the field has no agent above it. */
function teamIdsOf({ context }: PlanningContext, parents: readonly ParentAgents[]): readonly string[] {
  if (parents.length === 0) return teams(context).map(({ id }) => id);
  return [...new Set(parents.flatMap(({ candidates }) => candidates.agents.flatMap(({ teamId }) => teamId ?? [])))];
}

/** What `node` may return for an id; nothing for an id that cannot resolve, whatever the vendors return. */
export function nodeLookups(planning: PlanningContext, id: string): readonly PlannedLookup[] {
  const decodedId = decodeGlobalId(id);
  if (!decodedId) return [];
  if (decodedId.type === 'Agent' || decodedId.type === 'AgentByEmail' || decodedId.type === 'AgentByAccount') {
    return agentLookups(candidatesById(planning, id, decodedId));
  }
  const { type, account, ref } = decodedId;
  const candidates = candidatesByAccount(planning, account, ref);
  if (!candidates) return [];
  const target = {
    key: `account ${account} ${ref}`,
    maxAgents: Math.min(1, candidates.maxAgents),
    refs: [ref],
    unlisted: 'none',
  } as const;
  const read: PlannedAgentRead = { ...toReadSpec(decodedId), target, batchKey: candidates.resolvedBy };
  return [{ type, parent: { candidates, separateBatch: true }, accountRead: { account, read } }];
}

function toReadSpec(
  decodedId: Extract<DecodedGlobalId, { type: 'StatusPeriod' | 'Session' | 'Interaction' }>,
): ReadSpec {
  switch (decodedId.type) {
    case 'StatusPeriod': {
      return { capability: 'statusPeriods', during: refetchRange(decodedId) };
    }
    case 'Session': {
      return { capability: 'sessions', during: refetchRange(decodedId) };
    }
    case 'Interaction': {
      return { capability: 'latestInteractions', query: ALL_LATEST_INTERACTIONS };
    }
  }
}
