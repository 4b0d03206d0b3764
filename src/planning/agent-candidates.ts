import type { DirectoryView } from '../directory/merge-agents.ts';
import type { Agent } from '../domain/agent.ts';
import { agentId, type DecodedGlobalId } from '../domain/global-id.ts';
import {
  type AgentFilter,
  assertAgentFilter,
  createAgentFilter,
  createLaterFilter,
  membersOf,
  needsDiscovery,
  unlistedMatching,
} from '../gather/agent-filter.ts';
import { type AgentsArgs, assertAgentsArgs, paginateAgents } from '../gather/agents.ts';
import type { UnlistedAgents } from '../vendors/call-estimate.ts';
import type { PlanningContext } from './planning-context.ts';

/** The agents that a lookup may return, as far as they are known before it runs. Mirrors the lookups of gather/agents.ts. */
export interface AgentCandidates {
  /** Equal for the same agents. */
  readonly key: string;
  /** Whether the configuration alone resolves the lookup, or discovery is needed. */
  readonly resolvedBy: 'config' | 'discovery';
  /** The agents of the directory that may be among the results. */
  readonly agents: readonly Agent[];
  /** Upper bound of the number of results. */
  readonly maxAgents: number;
  /** Whether agents that only discovery finds may be among the results. */
  readonly unlisted: UnlistedAgents;
}

type FindAgent = (view: DirectoryView) => Agent | null;

function candidatesFor(
  planning: PlanningContext,
  key: string,
  unlisted: UnlistedAgents,
  find: FindAgent,
): AgentCandidates {
  const { context, configured, merged } = planning;
  const known = find(configured);
  if (known && !context.services.directory.mayBeEnriched(known, context)) return exactCandidates('config', [known]);
  const agent = merged && find(merged);
  if (merged) return exactCandidates('discovery', agent ? [agent] : []);
  if (known) return exactCandidates('discovery', [known]);
  // Discovery may find that the reference or address belongs to an agent of the directory.
  return { key, resolvedBy: 'discovery', agents: configured.agents, maxAgents: 1, unlisted };
}

function exactCandidates(resolvedBy: AgentCandidates['resolvedBy'], agents: readonly Agent[]): AgentCandidates {
  return new ListedCandidates({ resolvedBy, agents, maxAgents: agents.length, unlisted: 'none' }, () => {
    return `${resolvedBy} ${agents.map(({ id }) => id).join()}`;
  });
}

/** The candidates of a list. Their key is a long text, which most plans do not need. */
class ListedCandidates implements AgentCandidates {
  readonly resolvedBy: AgentCandidates['resolvedBy'];
  readonly agents: readonly Agent[];
  readonly maxAgents: number;
  readonly unlisted: UnlistedAgents;
  readonly #createKey: () => string;
  #key: string | null = null;

  constructor(candidates: Omit<AgentCandidates, 'key'>, createKey: () => string) {
    this.resolvedBy = candidates.resolvedBy;
    this.agents = candidates.agents;
    this.maxAgents = candidates.maxAgents;
    this.unlisted = candidates.unlisted;
    this.#createKey = createKey;
  }

  get key(): string {
    return (this.#key ??= this.#createKey());
  }
}

/** The same agents, looked up below agents that only discovery resolves: their reads come with those of discovered agents. */
export function awaitDiscovery(candidates: AgentCandidates): AgentCandidates {
  return candidates.resolvedBy === 'discovery'
    ? candidates
    : { ...candidates, resolvedBy: 'discovery', key: `discovery ${candidates.key}` };
}

export function candidatesByEmail(planning: PlanningContext, email: string): AgentCandidates {
  return candidatesFor(planning, `email ${email}`, 'by-email', (view) => view.byEmail(email));
}

/** Null where the caller may not use the account: the lookup returns nothing. */
export function candidatesByAccount(planning: PlanningContext, account: string, ref: string): AgentCandidates | null {
  if (!planning.context.canAccess(account)) return null;
  const find: FindAgent = (view) => view.byAccount(account, ref);
  if (!planning.discoverableAccounts.has(account) && !find(planning.configured)) return exactCandidates('config', []);
  return candidatesFor(planning, `account ${account} ${ref}`, 'any', find);
}

/** The candidates for a reference of which only the hash is known, and which no known agent has. */
export function candidatesByHash(planning: PlanningContext, referenceHash: number): AgentCandidates {
  return candidatesFor(planning, `hash ${referenceHash}`, 'any', () => null);
}

/** Discovered agents never get a directory key. */
export function candidatesByKey(planning: PlanningContext, key: string): AgentCandidates {
  const id = agentId(key);
  if (!planning.configured.byId(id)) return exactCandidates('config', []);
  return candidatesFor(planning, `id ${id}`, 'none', (view) => view.byId(id));
}

/** The candidates for an agent's global id; null where the caller may not use the account in it. */
export function candidatesById(
  planning: PlanningContext,
  id: string,
  decodedId: DecodedGlobalId,
): AgentCandidates | null {
  const find: FindAgent = (view) => view.byId(id);
  if (decodedId.type === 'AgentByAccount') {
    const { account } = decodedId;
    if (!planning.context.canAccess(account)) return null;
    if (!planning.discoverableAccounts.has(account) && !find(planning.configured)) return exactCandidates('config', []);
  }
  if (decodedId.type === 'Agent' && !find(planning.configured)) return exactCandidates('config', []);
  const unlisted = decodedId.type === 'AgentByEmail' ? 'by-email' : 'any';
  return candidatesFor(planning, `id ${id}`, unlisted, find);
}

/** The candidates for a page of `Query.agents`. Throws InvalidInputError where `agents` does. */
export function candidatesForPage(planning: PlanningContext, args: AgentsArgs): AgentCandidates {
  assertAgentsArgs(planning.context, args);
  return candidatesForList(planning, args);
}

/** The candidates for a list of all agents that match the filter. Throws InvalidInputError for an invalid filter. */
export function candidatesForFilter(
  planning: PlanningContext,
  filter: AgentFilter,
  maxAgents: number,
): AgentCandidates {
  assertAgentFilter(planning.context, filter);
  return candidatesForList(planning, { first: maxAgents, filter });
}

function candidatesForList(planning: PlanningContext, args: AgentsArgs): AgentCandidates {
  const { context, configured, merged } = planning;
  const { first } = args;
  const filter = args.filter ?? {};
  if (!needsDiscovery(planning, filter)) {
    return exactCandidates('config', paginateAgents(context, configured, args).nodes);
  }
  if (merged) return exactCandidates('discovery', paginateAgents(context, merged, args).nodes);

  const matches = createAgentFilter(context, configured, filter);
  const mayMatch = createLaterFilter(planning, filter);
  const agents: Agent[] = [];
  let certainMatches = 0;
  for (const agent of membersOf(configured, filter)) {
    // Without a cursor the page starts with the directory's first agents; `first` certain matches fill it.
    if (args.after == null && certainMatches >= first) break;
    if (matches(agent)) certainMatches += 1;
    if (mayMatch(agent)) agents.push(agent);
  }
  const isFull = args.after == null && certainMatches >= first;
  const unlisted = isFull ? 'none' : unlistedMatching(planning, filter);
  const maxMatches = unlisted === 'none' ? agents.length : (filter.refs?.length ?? Infinity);
  const maxAgents = Math.min(first, maxMatches);
  return new ListedCandidates(
    { resolvedBy: 'discovery', agents, maxAgents, unlisted },
    () => `agents ${JSON.stringify(args)}`,
  );
}

/**
 * Merges candidates that cannot be distinguished before discovery into one with the sum of their upper bounds. Otherwise every
 * id that the directory does not contain would cost a scan of the whole directory, for every field below it.
 */
export function mergeCandidates(candidates: readonly AgentCandidates[]): readonly AgentCandidates[] {
  // The usual case: a list, or one agent.
  if (candidates.length <= 1) return candidates;
  const distinct = new Map(candidates.map((candidate) => [candidate.key, candidate])).values();
  return [...Map.groupBy(distinct, ({ agents }) => agents).values()]
    .flatMap((sameAgents) => [...Map.groupBy(sameAgents, ({ unlisted }) => unlisted).values()])
    .flatMap((group) => {
      const [first] = group;
      if (!first || group.length === 1) return group;
      const key = group.map((candidate) => candidate.key).join();
      return [{ ...first, key, maxAgents: group.reduce((sum, { maxAgents }) => sum + maxAgents, 0) }];
    });
}
