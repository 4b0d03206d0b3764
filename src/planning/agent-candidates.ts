import type { DirectoryView } from '../directory/merge-agents.ts';
import type { Agent } from '../domain/agent.ts';
import type { DecodedGlobalId } from '../domain/global-id.ts';
import {
  type AgentFilter,
  type AgentsArgs,
  assertAgentsArgs,
  createAgentFilter,
  paginateAgents,
} from '../gather/agents.ts';
import type { UnlistedAgents } from '../vendors/call-estimate.ts';
import { mayGetAccountFrom, type PlanningContext } from './planning-context.ts';

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
  const key = `${resolvedBy} ${agents.map(({ id }) => id).join()}`;
  return { key, resolvedBy, agents, maxAgents: agents.length, unlisted: 'none' };
}

export function candidatesByEmail(planning: PlanningContext, email: string): AgentCandidates {
  return candidatesFor(planning, `email ${email}`, 'by-email', (view) => view.byEmail(email));
}

/** Null where the caller may not use the account: the lookup returns nothing. */
export function candidatesByAccount(planning: PlanningContext, account: string, ref: string): AgentCandidates | null {
  if (!planning.context.canAccess(account)) return null;
  return candidatesFor(planning, `account ${account} ${ref}`, 'any', (view) => view.byAccount(account, ref));
}

/** The candidates for an agent's global id; null where the caller may not use the account in it. */
export function candidatesById(
  planning: PlanningContext,
  id: string,
  decodedId: DecodedGlobalId,
): AgentCandidates | null {
  if (decodedId.type === 'AgentByAccount' && !planning.context.canAccess(decodedId.account)) return null;
  // Discovered agents never get a directory key.
  if (decodedId.type === 'Agent' && !planning.configured.byId(id)) return exactCandidates('discovery', []);
  const unlisted = decodedId.type === 'AgentByEmail' ? 'by-email' : 'any';
  return candidatesFor(planning, `id ${id}`, unlisted, (view) => view.byId(id));
}

/** The candidates for a page of `Query.agents`. Throws InvalidInputError where `agents` does. */
export function candidatesForPage(planning: PlanningContext, args: AgentsArgs): AgentCandidates {
  assertAgentsArgs(args);
  const { context, configured, merged } = planning;
  if (merged) return exactCandidates('discovery', paginateAgents(context, merged.agents, args).nodes);

  const { first, filter } = args;
  const matches = filter ? createAgentFilter(context, filter) : () => true;
  const agents: Agent[] = [];
  let certainMatches = 0;
  for (const agent of configured.agents) {
    // Without a cursor the page starts with the directory's first agents; `first` certain matches fill it.
    if (args.after == null && certainMatches >= first) break;
    if (matches(agent)) certainMatches += 1;
    if (matches(agent) || mayMatchAfterDiscovery(planning, agent, filter ?? {})) agents.push(agent);
  }
  const isFull = args.after == null && certainMatches >= first;
  const unlisted = isFull ? 'none' : unlistedMatching(planning, filter ?? {});
  const maxAgents = unlisted === 'none' ? Math.min(first, agents.length) : first;
  return { key: `agents ${JSON.stringify(args)}`, resolvedBy: 'discovery', agents, maxAgents, unlisted };
}

/**
 * Merges candidates that cannot be distinguished before discovery into one with the sum of their upper bounds. Otherwise every
 * id that the directory does not contain would cost a scan of the whole directory, for every field below it.
 */
export function mergeCandidates(candidates: readonly AgentCandidates[]): readonly AgentCandidates[] {
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

/** Whether an agent that does not match the filter may match it after discovery. */
function mayMatchAfterDiscovery(planning: PlanningContext, agent: Agent, filter: AgentFilter): boolean {
  const { context, discoverableAccounts } = planning;
  const mayHaveAccount = (name: string): boolean =>
    agent.accounts.some((agentAccount) => agentAccount.account === name) || mayGetAccountFrom(planning, agent, name);
  const mayBeDiscovered = [...discoverableAccounts].some(mayHaveAccount);
  const { kind, account, vendor, emails, nameContains } = filter;
  const relaxedFilter: AgentFilter = {
    kind: kind ?? null,
    emails: agent.email === null && mayBeDiscovered ? null : (emails ?? null),
    nameContains: agent.name === null && mayBeDiscovered ? null : (nameContains ?? null),
  };
  return (
    createAgentFilter(context, relaxedFilter)(agent) &&
    (account == null || mayHaveAccount(account)) &&
    (vendor == null ||
      context.accounts.some((candidate) => candidate.vendor === vendor && mayHaveAccount(candidate.name)))
  );
}

/** Which unlisted agents may match the filter. Discovered agents are human and belong to the account that discovered them. */
function unlistedMatching({ context, discoverableAccounts }: PlanningContext, filter: AgentFilter): UnlistedAgents {
  const { kind, account, vendor, emails } = filter;
  const isDiscoverable = context.accounts.some(
    (candidate) =>
      discoverableAccounts.has(candidate.name) &&
      (account == null || candidate.name === account) &&
      (vendor == null || candidate.vendor === vendor),
  );
  if (kind === 'VIRTUAL' || !isDiscoverable) return 'none';
  return emails == null ? 'any' : 'by-email';
}
