import type { DirectoryView } from '../directory/merge-agents.ts';
import type { VendorName } from '../domain/account.ts';
import type { Agent, AgentAccount, AgentKind } from '../domain/agent.ts';
import { foldText } from '../domain/fold-text.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import type { UnlistedAgents } from '../vendors/call-estimate.ts';
import type { ConfiguredDirectory, QueryContext } from './query-context.ts';
import { membersByTeam, teams } from './teams.ts';
import { assertMaxLength } from './validate-args.ts';

export interface AgentFilter {
  readonly kind?: AgentKind | null;
  readonly account?: string | null;
  readonly vendor?: VendorName | null;
  readonly emails?: readonly string[] | null;
  readonly nameContains?: string | null;
  readonly refs?: readonly AgentAccount[] | null;
  /** Ids of teams. */
  readonly teams?: readonly string[] | null;
}

const MAX_FILTER_EMAILS = 100;
const MAX_FILTER_REFS = 1000;
const MAX_FILTER_TEAMS = 100;

/** Throws InvalidInputError. An account or team that the caller may not see is treated as one that does not exist. */
export function assertAgentFilter(context: QueryContext, filter: AgentFilter): void {
  const { account, emails, refs, teams: teamIds } = filter;
  assertMaxLength('filter.emails', emails ?? [], MAX_FILTER_EMAILS);
  assertMaxLength('filter.refs', refs ?? [], MAX_FILTER_REFS);
  assertMaxLength('filter.teams', teamIds ?? [], MAX_FILTER_TEAMS);
  if (account != null) assertAccount(context, 'filter.account', account);
  for (const ref of refs ?? []) assertAccount(context, 'filter.refs', ref.account);
  const known = teamIds && teamIds.length > 0 ? new Set(teams(context).map(({ id }) => id)) : null;
  const unknown = teamIds?.find((id) => known?.has(id) === false);
  if (unknown !== undefined) throw new InvalidInputError('filter.teams', `there is no team "${unknown}" with an agent`);
}

function assertAccount(context: QueryContext, argument: string, name: string): void {
  if (!context.canAccess(name)) throw new InvalidInputError(argument, `there is no account "${name}"`);
}

/** Returns whether an agent of the view matches every condition of the filter. */
export function createAgentFilter(
  context: QueryContext,
  view: DirectoryView,
  filter: AgentFilter,
): (agent: Agent) => boolean {
  const matchesOthers = createUnaddressedFilter(context, view, filter);
  if (filter.emails == null) return matchesOthers;
  const emails = new Set(filter.emails.map((email) => email.toLowerCase()));
  return (agent) => agent.email !== null && emails.has(agent.email.toLowerCase()) && matchesOthers(agent);
}

/** Does the same as `createAgentFilter`, without the condition on addresses. */
function createUnaddressedFilter(
  context: QueryContext,
  view: DirectoryView,
  filter: AgentFilter,
): (agent: Agent) => boolean {
  const { kind, account, vendor, nameContains } = filter;
  const teamIds = filter.teams && new Set<string | null>(filter.teams);
  const text = nameContains == null ? null : foldText(nameContains);
  // The view knows every reference of an agent, in any of the vendor's spellings.
  const referenced = filter.refs && new Set(filter.refs.map((ref) => view.byAccount(ref.account, ref.ref)));
  return (agent) =>
    (kind == null || agent.kind === kind) &&
    (teamIds == null || teamIds.has(agent.teamId)) &&
    (account == null || agent.accounts.some((agentAccount) => agentAccount.account === account)) &&
    (vendor == null ||
      agent.accounts.some((agentAccount) => context.account(agentAccount.account).vendor === vendor)) &&
    (referenced == null || referenced.has(agent)) &&
    (text == null || view.foldedNameOf(agent).includes(text));
}

/**
 * The agents among which the filter selects, also where discovery may add to them: those of its team, or those with its addresses or
 * without one. So a list of every team, or of a few addresses, does not scan all agents.
 */
export function membersOf(view: DirectoryView, { teams: teamIds, emails }: AgentFilter): readonly Agent[] {
  const [teamId, ...others] = teamIds ?? [];
  if (teamId !== undefined && others.length === 0) return membersByTeam(view).get(teamId) ?? [];
  return emails ? agentsByEmails(view, [...emails, null]) : view.agents;
}

/** The agents that match a filter with addresses, in the order of the view. */
export function addressedAgents(
  context: QueryContext,
  view: DirectoryView,
  emails: readonly string[],
  others: AgentFilter,
): readonly Agent[] {
  return agentsByEmails(view, emails).filter(createUnaddressedFilter(context, view, others));
}

/** The agents with one of these addresses, or for null without one, in the order of the view. */
function agentsByEmails(view: DirectoryView, emails: readonly (string | null)[]): readonly Agent[] {
  const positionsByEmail = view.memoize('positions by address', () =>
    Map.groupBy(view.agents.keys(), (position) => view.agents[position]?.email?.toLowerCase() ?? null),
  );
  const positions: number[] = [];
  for (const email of emails) {
    // Nearly all are given as they are kept.
    const found = positionsByEmail.get(email) ?? positionsByEmail.get(email?.toLowerCase() ?? null);
    if (found) for (const position of found) positions.push(position);
  }
  const agents: Agent[] = [];
  let last = -1;
  // Of numbers, which sort without a function. Those of an address that is given twice are next to each other.
  for (const position of Uint32Array.from(positions).sort()) {
    const agent = view.agents[position];
    if (agent && position !== last) agents.push(agent);
    last = position;
  }
  return agents;
}

/** What is known of the agents before discovery, in a query. */
export interface ConfiguredAgents extends ConfiguredDirectory {
  readonly context: QueryContext;
}

/** Whether agents that match the filter may come from a discovery of the account. Discovered agents are human and in no team. */
export function admitsDiscoveryOf(context: QueryContext, filter: AgentFilter, name: string): boolean {
  const { kind, account, vendor, refs, teams: teamIds } = filter;
  return (
    kind !== 'VIRTUAL' &&
    teamIds == null &&
    (account == null || name === account) &&
    (vendor == null || context.account(name).vendor === vendor) &&
    (refs == null || refs.some((ref) => ref.account === name))
  );
}

/** Which agents that the configuration lacks may match the filter. */
export function unlistedMatching(
  { context, discoverableAccounts }: ConfiguredAgents,
  filter: AgentFilter,
): UnlistedAgents {
  if (![...discoverableAccounts].some((name) => admitsDiscoveryOf(context, filter, name))) return 'none';
  return filter.emails == null ? 'any' : 'by-email';
}

/**
 * Whether the matching agents depend on discovery: it may find some, or add something to configured ones. All discoveries are
 * made then, since the agent of one account may have its name, address and further accounts from another.
 */
export function needsDiscovery(known: ConfiguredAgents, filter: AgentFilter): boolean {
  const { context, configured, discoverableAccounts } = known;
  if (discoverableAccounts.size === 0) return false;
  if (unlistedMatching(known, filter) !== 'none') return true;
  const { directory } = context.services;
  return configured.memoize(`needs discovery ${JSON.stringify(filter)}`, () => {
    const matches = createAgentFilter(context, configured, filter);
    const mayMatch = createLaterFilter(known, filter);
    return membersOf(configured, filter).some(
      (agent) => mayMatch(agent) && (!matches(agent) || directory.mayBeEnriched(agent, context)),
    );
  });
}

/** Returns whether a configured agent matches the filter, or may match it after discovery. */
export function createLaterFilter(known: ConfiguredAgents, filter: AgentFilter): (agent: Agent) => boolean {
  const { context, configured, discoverableAccounts } = known;
  const { kind = null, account, vendor, emails = null, nameContains = null, refs, teams: teamIds = null } = filter;
  const matches = createAgentFilter(context, configured, filter);
  const matchesKindAndTeam = createAgentFilter(context, configured, { kind, teams: teamIds });
  const matchesEmails = createAgentFilter(context, configured, { emails });
  const matchesName = createAgentFilter(context, configured, { nameContains });
  return (agent) => {
    if (matches(agent)) return true;
    const mayHaveAccount = (name: string): boolean =>
      agent.accounts.some((agentAccount) => agentAccount.account === name) || mayGetAccountFrom(known, agent, name);
    const mayBeDiscovered = (): boolean => [...discoverableAccounts].some(mayHaveAccount);
    return (
      matchesKindAndTeam(agent) &&
      (matchesEmails(agent) || (agent.email === null && mayBeDiscovered())) &&
      (matchesName(agent) || (agent.name === null && mayBeDiscovered())) &&
      (account == null || mayHaveAccount(account)) &&
      // Discovery may find further references to an agent in an account that it has.
      (refs == null || refs.some((ref) => discoverableAccounts.has(ref.account) && mayHaveAccount(ref.account))) &&
      (vendor == null ||
        context.accounts.some((candidate) => candidate.vendor === vendor && mayHaveAccount(candidate.name)))
    );
  };
}

/** Whether discovery may link the agent to the account. */
export function mayGetAccountFrom(
  { discoverableAccounts }: Pick<ConfiguredAgents, 'discoverableAccounts'>,
  agent: Agent,
  account: string,
): boolean {
  const hasAccount = (name: string): boolean => agent.accounts.some((agentAccount) => agentAccount.account === name);
  if (!discoverableAccounts.has(account) || hasAccount(account)) return false;
  // Discovery identifies agents by e-mail address: the configured one, or one found in another discoverable account.
  return agent.email !== null || [...discoverableAccounts].some(hasAccount);
}
