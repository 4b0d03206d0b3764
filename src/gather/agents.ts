import type { VendorName } from '../domain/account.ts';
import type { Agent, AgentKind, Seat } from '../domain/agent.ts';
import { type NodeAddress, readGlobalId } from '../domain/global-id.ts';
import { type DirectoryView, byNameThenId } from '../directory/view.ts';
import type { Desk } from './desk.ts';
import { checkCount, checkLength } from './input.ts';
import { type Page, type Places, decodeCursor, encodeCursor, pageOf } from './page.ts';

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

const MOST = 200;
const MOST_EMAILS = 100;

export async function agents(desk: Desk, args: AgentsArgs): Promise<Page<Agent>> {
  checkAgentsArgs(args);
  return pageOfAgents(desk, (await desk.everybody()).agents, args);
}

/** Throws InvalidInput. */
export function checkAgentsArgs({ first, filter }: AgentsArgs): void {
  checkCount('first', first, 0, MOST);
  checkLength('filter.emails', filter?.emails ?? [], MOST_EMAILS);
}

/** The page that `agents` answers when these are all the agents. */
export function pageOfAgents(desk: Desk, everybody: readonly Agent[], args: AgentsArgs): Page<Agent> {
  const rank = new Map(everybody.map((agent, index) => [agent, index]));
  const chosen = args.filter ? everybody.filter(matcher(desk, args.filter)) : everybody;
  return pageOf(chosen, args, placesOf(rank));
}

/**
 * A cursor names the agent. One of the directory is found again by its key, or by its rank should it have gone; a discovered
 * one by its name and id, which say where it would stand.
 */
function placesOf(rank: ReadonlyMap<Agent, number>): Places<Agent> {
  return {
    cursorsOf: (agents, start, end) =>
      agents.slice(start, end).map((agent) =>
        agent.key === null
          ? // As JSON, since a vendor's name may hold anything, line breaks included.
            encodeCursor(['found', JSON.stringify(agent.name ?? ''), agent.id])
          : encodeCursor(['listed', (rank.get(agent) ?? 0).toString(), agent.key]),
      ),
    behind(cursor, items) {
      const [kind, where, who] = decodeCursor(cursor, 3) ?? [];
      if (where === undefined || who === undefined) return null;
      if (kind === 'found') {
        const name = readText(where);
        if (name === null) return null;
        const place = { name, id: who };
        return firstIndex(items, (agent) => agent.key === null && byNameThenId(agent, place) > 0);
      }
      if (kind !== 'listed' || !/^\d{1,9}$/.test(where)) return null;
      const [current] = [...rank].find(([agent]) => agent.key === who) ?? [];
      const place = current ? (rank.get(current) ?? 0) : Number(where) - 1;
      return firstIndex(items, (agent) => agent.key === null || (rank.get(agent) ?? 0) > place);
    },
  };
}

function readText(json: string): string | null {
  try {
    const text: unknown = JSON.parse(json);
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}

function firstIndex<T>(items: readonly T[], meets: (item: T) => boolean): number {
  const index = items.findIndex(meets);
  return index === -1 ? items.length : index;
}

/** Whether an agent meets every condition given. */
export function matcher(desk: Desk, filter: AgentFilter): (agent: Agent) => boolean {
  const { kind, account, vendor, nameContains } = filter;
  const emails = filter.emails && new Set(filter.emails.map((email) => email.toLowerCase()));
  const text = nameContains?.toLowerCase();
  return (agent) =>
    (kind == null || agent.kind === kind) &&
    (account == null || agent.seats.some((seat) => seat.account === account)) &&
    (vendor == null || agent.seats.some((seat) => desk.account(seat.account).vendor === vendor)) &&
    (emails == null || (agent.email !== null && emails.has(agent.email.toLowerCase()))) &&
    (text == null || (agent.name ?? '').toLowerCase().includes(text));
}

export async function agentById(desk: Desk, id: string): Promise<Agent | null> {
  const address = readGlobalId(id);
  return address ? agentAt(desk, id, address) : null;
}

/** Without a promise where the agent is known already: an answer may come by agents in very many places. */
type Found<T> = T | Promise<T>;

/** The agent that an address is one of; null for the address of something else. Vendors are asked only if need be. */
export function agentAt(desk: Desk, id: string, address: NodeAddress): Found<Agent | null> {
  if (!address.type.startsWith('Agent')) return null;
  if (address.type === 'AgentBySeat' && !desk.mayUse(address.account)) return null;
  return lookUp(desk, (view) => view.byId(id));
}

export function agentByEmail(desk: Desk, email: string): Found<Agent | null> {
  return lookUp(desk, (view) => view.byEmail(email));
}

export function agentBySeat(desk: Desk, account: string, ref: string): Found<Agent | null> {
  return desk.mayUse(account) ? lookUp(desk, (view) => view.bySeat(account, ref)) : null;
}

/** Whose a piece of vendor data is. It was found through the agent, so the agent is there. */
export function agentOf(desk: Desk, { account, ref }: Seat): Found<Agent> {
  const agent = agentBySeat(desk, account, ref);
  return agent instanceof Promise ? agent.then(there) : there(agent);
}

function there(agent: Agent | null): Agent {
  if (!agent) throw new Error('an answer came for an agent that nobody knows');
  return agent;
}

/** Looks in the configuration first, and asks the vendors who else there is only when that cannot settle it. */
function lookUp(desk: Desk, find: (view: DirectoryView) => Agent | null): Found<Agent | null> {
  const { directory } = desk.house;
  const listed = find(directory.listed(desk.request));
  if (listed && !directory.mayGrow(listed, desk.request)) return listed;
  const everybody = desk.everybody();
  return everybody instanceof Promise ? everybody.then(find) : find(everybody);
}
