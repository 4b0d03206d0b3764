import { type DecodedGlobalId, decodeGlobalId } from '../domain/global-id.ts';
import { ALL_LATEST_INTERACTIONS } from '../gather/interactions.ts';
import { refetchRange } from '../gather/nodes.ts';
import { type PlanningContext, type AgentCandidates, candidatesById, candidatesByAccount } from './agent-candidates.ts';
import type { PlannedAgentRead, ReadSpec } from '../vendors/call-estimate.ts';

/** Where in the answer something stands: below which agents, and whether it is come by at a moment of each agent's own. */
export interface ParentAgents {
  readonly candidates: AgentCandidates;
  readonly separateBatch: boolean;
}

/** Something that a field on the first level may find. */
export interface PlannedLookup {
  /** What the schema calls it; null for what will not be shown. */
  readonly type: string | null;
  readonly parent: ParentAgents;
  /** What is asked to find it, beside who there is. */
  readonly accountRead?: { readonly account: string; readonly read: PlannedAgentRead };
}

export function agentLookups(candidates: AgentCandidates | null): readonly PlannedLookup[] {
  return candidates ? [{ type: 'Agent', parent: { candidates, separateBatch: false } }] : [];
}

/** What `node` may find under an id; nothing for one that leads nowhere, whatever the vendors say. */
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

/** What a federation router's reference finds; it is shown only if it is of the type that the router takes it for. */
export function entityLookups(planning: PlanningContext, representation: unknown): readonly PlannedLookup[] {
  const { __typename, id } = representation as { readonly __typename?: unknown; readonly id?: unknown };
  if (typeof id !== 'string') return [];
  return nodeLookups(planning, id).map((lookup) => (lookup.type === __typename ? lookup : { ...lookup, type: null }));
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
