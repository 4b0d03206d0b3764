import { compareByNameThenId, type DirectoryView } from '../directory/merge-agents.ts';
import type { VendorName } from '../domain/account.ts';
import type { Agent, AgentAccount, AgentKind } from '../domain/agent.ts';
import { type DecodedGlobalId, decodeGlobalId } from '../domain/global-id.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';
import { type CursorCodec, decodeCursor, encodeCursor, type Page, paginate } from './page.ts';
import type { QueryContext } from './query-context.ts';
import { assertIntInRange, assertMaxLength } from './validate-args.ts';

export interface AgentFilter {
  readonly kind?: AgentKind | null;
  readonly account?: string | null;
  readonly vendor?: VendorName | null;
  readonly emails?: readonly string[] | null;
  readonly nameContains?: string | null;
}

export interface AgentsArgs {
  readonly first: number;
  readonly after?: string | null;
  readonly filter?: AgentFilter | null;
}

const MAX_AGENTS_PAGE_SIZE = 200;
const MAX_FILTER_EMAILS = 100;

export async function agents(context: QueryContext, args: AgentsArgs): Promise<Page<Agent>> {
  assertAgentsArgs(args);
  return paginateAgents(context, (await context.allAgents()).view.agents, args);
}

/** Throws InvalidInputError. */
export function assertAgentsArgs({ first, filter }: AgentsArgs): void {
  assertIntInRange('first', first, 0, MAX_AGENTS_PAGE_SIZE);
  assertMaxLength('filter.emails', filter?.emails ?? [], MAX_FILTER_EMAILS);
}

/** The page that `agents` returns for this list of all agents. */
export function paginateAgents(context: QueryContext, allAgents: readonly Agent[], args: AgentsArgs): Page<Agent> {
  const rank = new Map(allAgents.map((agent, index) => [agent, index]));
  const matching = args.filter ? allAgents.filter(createAgentFilter(context, args.filter)) : allAgents;
  return paginate(matching, args, createAgentCursorCodec(rank));
}

/**
 * A cursor identifies an agent. A configured agent is found by its key, or by its rank where it has been removed. A discovered one
 * is found by its name and id, which determine its position.
 */
function createAgentCursorCodec(rank: ReadonlyMap<Agent, number>): CursorCodec<Agent> {
  return {
    encode: (page, start, end) =>
      page.slice(start, end).map((agent) =>
        agent.key === null
          ? // As JSON, since a vendor's name may contain any character, line breaks included.
            encodeCursor(['found', JSON.stringify(agent.name ?? ''), agent.id])
          : encodeCursor(['listed', (rank.get(agent) ?? 0).toString(), agent.key]),
      ),
    indexAfter(cursor, items) {
      const [kind, position, identifier] = decodeCursor(cursor, 3) ?? [];
      if (position === undefined || identifier === undefined) return null;
      if (kind === 'found') {
        const name = parseJsonString(position);
        if (name === null) return null;
        const last = { name, id: identifier };
        return findIndexOrLength(items, (agent) => agent.key === null && compareByNameThenId(agent, last) > 0);
      }
      if (kind !== 'listed' || !/^\d{1,9}$/.test(position)) return null;
      const [current] = [...rank].find(([agent]) => agent.key === identifier) ?? [];
      const lastRank = current ? (rank.get(current) ?? 0) : Number(position) - 1;
      return findIndexOrLength(items, (agent) => agent.key === null || (rank.get(agent) ?? 0) > lastRank);
    },
  };
}

function parseJsonString(json: string): string | null {
  try {
    const text: unknown = JSON.parse(json);
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}

function findIndexOrLength<T>(items: readonly T[], predicate: (item: T) => boolean): number {
  const index = items.findIndex(predicate);
  return index === -1 ? items.length : index;
}

/** Returns whether an agent matches every condition of the filter. */
export function createAgentFilter(context: QueryContext, filter: AgentFilter): (agent: Agent) => boolean {
  const { kind, account, vendor, nameContains } = filter;
  const emails = filter.emails && new Set(filter.emails.map((email) => email.toLowerCase()));
  const text = nameContains?.toLowerCase();
  return (agent) =>
    (kind == null || agent.kind === kind) &&
    (account == null || agent.accounts.some((agentAccount) => agentAccount.account === account)) &&
    (vendor == null ||
      agent.accounts.some((agentAccount) => context.account(agentAccount.account).vendor === vendor)) &&
    (emails == null || (agent.email !== null && emails.has(agent.email.toLowerCase()))) &&
    (text == null || (agent.name ?? '').toLowerCase().includes(text));
}

export async function agentById(context: QueryContext, id: string): Promise<Agent | null> {
  const decodedId = decodeGlobalId(id);
  return decodedId ? agentByDecodedId(context, id, decodedId) : null;
}

/** The agent of a decoded id; null for the id of another type. Discovery runs only if needed. */
export function agentByDecodedId(
  context: QueryContext,
  id: string,
  decodedId: DecodedGlobalId,
): MaybePromise<Agent | null> {
  if (!decodedId.type.startsWith('Agent')) return null;
  if (decodedId.type === 'AgentByAccount' && !context.canAccess(decodedId.account)) return null;
  return findAgent(context, (view) => view.byId(id));
}

export function agentByEmail(context: QueryContext, email: string): MaybePromise<Agent | null> {
  return findAgent(context, (view) => view.byEmail(email));
}

export function agentByAccount(context: QueryContext, account: string, ref: string): MaybePromise<Agent | null> {
  return context.canAccess(account) ? findAgent(context, (view) => view.byAccount(account, ref)) : null;
}

/** The agent to whom vendor data belongs. The data was found through the agent, so the agent exists. */
export function owningAgent(context: QueryContext, { account, ref }: AgentAccount): MaybePromise<Agent> {
  const agent = agentByAccount(context, account, ref);
  return agent instanceof Promise ? agent.then(assertAgent) : assertAgent(agent);
}

function assertAgent(agent: Agent | null): Agent {
  if (!agent) throw new Error('vendor data belongs to an unknown agent');
  return agent;
}

/** Searches the configured agents first. Discovery runs only where these cannot decide. */
function findAgent(context: QueryContext, find: (view: DirectoryView) => Agent | null): MaybePromise<Agent | null> {
  const { directory } = context.services;
  const configured = find(directory.configured(context));
  if (configured && !directory.mayBeEnriched(configured, context)) return configured;
  const allAgents = context.allAgents();
  return allAgents instanceof Promise ? allAgents.then(({ view }) => find(view)) : find(allAgents.view);
}
