import type { AgentAccount } from '../domain/agent.ts';
import type { Instant } from '../domain/clock.ts';
import { decodeGlobalId } from '../domain/global-id.ts';
import { mayBeReferenceIn } from '../domain/reference-hash.ts';
import type { AgentsArgs } from '../gather/agents.ts';
import { ALL_LATEST_INTERACTIONS } from '../gather/interactions.ts';
import { periodRefetchRange, sessionRefetchRange } from '../gather/nodes.ts';
import { teams } from '../gather/teams.ts';
import type { PlannedAgentRead, ReadSpec, TargetAgents } from '../vendors/call-estimate.ts';
import {
  type AgentCandidates,
  awaitDiscovery,
  candidatesByAccount,
  candidatesByHash,
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
  switch (decodedId?.type) {
    case undefined: {
      return [];
    }
    case 'Agent':
    case 'AgentByEmail':
    case 'AgentByAccount': {
      return agentLookups(candidatesById(planning, id, decodedId));
    }
    case 'StatusPeriodByHash': {
      return lookupsByHash(planning, decodedId.referenceHash, toPeriodRead(decodedId.start));
    }
    case 'StatusPeriod': {
      return lookupsByReference(planning, 'StatusPeriod', decodedId, toPeriodRead(decodedId.start));
    }
    case 'Session': {
      const read: ReadSpec = { capability: 'sessions', during: sessionRefetchRange(decodedId.day) };
      return lookupsByReference(planning, 'Session', decodedId, read);
    }
    case 'Interaction': {
      const read: ReadSpec = { capability: 'latestInteractions', query: ALL_LATEST_INTERACTIONS };
      return lookupsByReference(planning, 'Interaction', decodedId, read);
    }
  }
}

function toPeriodRead(start: Instant): ReadSpec {
  return { capability: 'statusPeriods', during: periodRefetchRange(start) };
}

/** The reads of the references with this hash; where only a discovery can find them, of an unknown agent in each account of the hash. */
function lookupsByHash(planning: PlanningContext, referenceHash: number, spec: ReadSpec): readonly PlannedLookup[] {
  const { configured, merged, discoverableAccounts } = planning;
  const listed = configured.referencesByHash(referenceHash);
  const known = listed.length > 0 ? listed : merged?.referencesByHash(referenceHash);
  if (known) return known.flatMap((reference) => lookupsByReference(planning, 'StatusPeriod', reference, spec));
  const candidates = candidatesByHash(planning, referenceHash);
  const agent = { key: candidates.key, refs: [], unlisted: 'any' } as const;
  return [...discoverableAccounts]
    .filter((account) => mayBeReferenceIn(account, referenceHash))
    .map((account) => toLookup('StatusPeriod', candidates, account, spec, agent));
}

function lookupsByReference(
  planning: PlanningContext,
  type: string,
  { account, ref }: AgentAccount,
  spec: ReadSpec,
): readonly PlannedLookup[] {
  const candidates = candidatesByAccount(planning, account, ref);
  if (!candidates) return [];
  const agent = { key: `account ${account} ${ref}`, refs: [ref], unlisted: 'none' } as const;
  return [toLookup(type, candidates, account, spec, agent)];
}

/** A node of these candidates, and the read of one agent at most that finds it. */
function toLookup(
  type: string,
  candidates: AgentCandidates,
  account: string,
  spec: ReadSpec,
  agent: Omit<TargetAgents, 'maxAgents'>,
): PlannedLookup {
  const target = { ...agent, maxAgents: Math.min(1, candidates.maxAgents) };
  const read: PlannedAgentRead = { ...spec, target, batchKey: candidates.resolvedBy };
  return { type, parent: { candidates, separateBatch: true }, accountRead: { account, read } };
}
