import { type DecodedGlobalId, decodeGlobalId } from '../domain/global-id.ts';
import { ALL_LATEST_INTERACTIONS } from '../gather/interactions.ts';
import { refetchRange } from '../gather/nodes.ts';
import type { PlannedAgentRead, ReadSpec } from '../vendors/call-estimate.ts';
import { type AgentCandidates, candidatesByAccount, candidatesById } from './agent-candidates.ts';
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
