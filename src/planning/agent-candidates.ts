import type { Agent } from '../domain/agent.ts';
import type { DecodedGlobalId } from '../domain/global-id.ts';
import type { DirectoryView } from '../directory/merge-agents.ts';
import type { UnlistedAgents, TargetAgents } from '../vendors/call-estimate.ts';
import {
  type AgentFilter,
  type AgentsArgs,
  assertAgentsArgs,
  createAgentFilter,
  paginateAgents,
} from '../gather/agents.ts';
import { type AgentCapability, accountsSupporting } from '../gather/fan-out.ts';
import type { QueryContext } from '../gather/query-context.ts';

/** What is known before a query runs of the agents that a look-up will find: the other side of agents.ts. */
export interface AgentCandidates {
  /** Equal for the same agents. */
  readonly key: string;
  /** Whether the configuration alone can tell, or the vendors must be asked who there is. */
  readonly resolvedBy: 'config' | 'discovery';
  /** Agents who may be among them. */
  readonly agents: readonly Agent[];
  /** No more than so many. */
  readonly maxAgents: number;
  /** Whether some may be among them whom only the vendors name. */
  readonly unlisted: UnlistedAgents;
}

/** What look-ups can be foretold from. */
export interface PlanningContext {
  readonly context: QueryContext;
  readonly configured: DirectoryView;
  /** Who there is, vendors asked; null when that is not known without asking them. */
  readonly merged: DirectoryView | null;
  /** The accounts that may name agents of their own accord. */
  readonly discoverableAccounts: ReadonlySet<string>;
}

/** From the configuration alone: what holds whatever the vendors will say. */
export function createPlanningContext(context: QueryContext): PlanningContext {
  const { directory } = context.services;
  const configured = directory.configured(context);
  const discoverableAccounts = directory.discoverableAccounts(context);
  return { context, configured, discoverableAccounts, merged: discoverableAccounts.size === 0 ? configured : null };
}

/** With what the cache knows of the vendors' agents just now. */
export async function createPlanningContextFromCache(context: QueryContext): Promise<PlanningContext> {
  const planning = createPlanningContext(context);
  return { ...planning, merged: planning.merged ?? (await context.services.directory.cached(context)) };
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
  // Discovery may tell that it is a reference or address of one of the directory's agents.
  return { key, resolvedBy: 'discovery', agents: configured.agents, maxAgents: 1, unlisted };
}

function exactCandidates(resolvedBy: AgentCandidates['resolvedBy'], agents: readonly Agent[]): AgentCandidates {
  const key = `${resolvedBy} ${agents.map(({ id }) => id).join()}`;
  return { key, resolvedBy, agents, maxAgents: agents.length, unlisted: 'none' };
}

export function candidatesByEmail(planning: PlanningContext, email: string): AgentCandidates {
  return candidatesFor(planning, `email ${email}`, 'by-email', (view) => view.byEmail(email));
}

/** Null when nobody is looked for, because the caller may not use the account. */
export function candidatesByAccount(planning: PlanningContext, account: string, ref: string): AgentCandidates | null {
  if (!planning.context.canAccess(account)) return null;
  return candidatesFor(planning, `account ${account} ${ref}`, 'any', (view) => view.byAccount(account, ref));
}

/** For the address of an agent. */
export function candidatesById(
  planning: PlanningContext,
  id: string,
  decodedId: DecodedGlobalId,
): AgentCandidates | null {
  if (decodedId.type === 'AgentByAccount' && !planning.context.canAccess(decodedId.account)) return null;
  // No vendor gives anybody a key of the directory.
  if (decodedId.type === 'Agent' && !planning.configured.byId(id)) return exactCandidates('discovery', []);
  const unlisted = decodedId.type === 'AgentByEmail' ? 'by-email' : 'any';
  return candidatesFor(planning, `id ${id}`, unlisted, (view) => view.byId(id));
}

/** Throws InvalidInput where `agents` would. */
export function candidatesForPage(planning: PlanningContext, args: AgentsArgs): AgentCandidates {
  assertAgentsArgs(args);
  const { context, configured, merged } = planning;
  if (merged) return exactCandidates('discovery', paginateAgents(context, merged.agents, args).nodes);

  const { first, filter } = args;
  const matches = filter ? createAgentFilter(context, filter) : () => true;
  const agents: Agent[] = [];
  let certainMatches = 0;
  for (const agent of configured.agents) {
    // Without a cursor the page begins with the directory's first; so many of them that surely meet the filter fill it.
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
 * Agents of whom no more is known than that each may be any of the same ones are told as one: so many of these. Else every
 * id that the directory does not know would be a look through the whole of it, for every field below.
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

/** Which of an agent's seats are asked: those in `accounts` that can answer, or the first of them only. */
export interface AccountSelection {
  readonly capability: AgentCapability;
  readonly accounts: readonly string[] | null;
  readonly firstOnly: boolean;
}

/** Tells the agents as a question to one account means them. The same agents are looked through once for the same question. */
export function createTargetResolver(
  planning: PlanningContext,
): (candidates: AgentCandidates, account: string, selection: AccountSelection) => TargetAgents {
  const scans = new Map<
    readonly Agent[],
    Map<string, { readonly refs: readonly string[]; readonly potentialAccounts: number }>
  >();

  function scanAgents(
    agents: readonly Agent[],
    account: string,
    { capability, accounts, firstOnly }: AccountSelection,
  ) {
    const agentAccounts = agents.flatMap((agent) => {
      const supporting = accountsSupporting(planning.context, agent, capability, accounts);
      return firstOnly ? supporting.slice(0, 1) : supporting;
    });
    return {
      refs: agentAccounts.flatMap((agentAccount) => (agentAccount.account === account ? [agentAccount.ref] : [])),
      potentialAccounts: agents.filter((agent) => mayGetAccountFrom(planning, agent, account)).length,
    };
  }

  return ({ key, resolvedBy, agents, maxAgents, unlisted }, account, selection) => {
    const scansOfAgents = scans.get(agents) ?? new Map<string, ReturnType<typeof scanAgents>>();
    const scanKey = JSON.stringify([account, selection]);
    const scan = scansOfAgents.get(scanKey) ?? scanAgents(agents, account, selection);
    scans.set(agents, scansOfAgents.set(scanKey, scan));
    const { refs } = scan;
    const isDiscoveryPending =
      resolvedBy === 'discovery' && planning.merged === null && planning.discoverableAccounts.has(account);
    const potentialAccounts = isDiscoveryPending ? scan.potentialAccounts : 0;
    if (isDiscoveryPending && unlisted !== 'none') return { key, maxAgents, refs, unlisted: unlisted };
    return {
      key,
      maxAgents: Math.min(maxAgents, refs.length + potentialAccounts),
      refs,
      unlisted: potentialAccounts > 0 ? 'by-email' : 'none',
    };
  };
}

/** Whether discovery might give an agent a seat in that account. */
function mayGetAccountFrom({ discoverableAccounts }: PlanningContext, agent: Agent, account: string): boolean {
  const hasAccount = (name: string): boolean => agent.accounts.some((agentAccount) => agentAccount.account === name);
  if (!discoverableAccounts.has(account) || hasAccount(account)) return false;
  // It recognises agents by an e-mail address: the directory's, or that of a seat which it looks at.
  return agent.email !== null || [...discoverableAccounts].some(hasAccount);
}

/** Whether an agent who does not meet the filter may do so once the vendors have been asked. */
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

/** Those whom only vendors name are people, and sit in accounts that name them. */
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
