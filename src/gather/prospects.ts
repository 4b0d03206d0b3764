import type { Agent } from '../domain/agent.ts';
import type { NodeAddress } from '../domain/global-id.ts';
import type { DirectoryView } from '../directory/view.ts';
import type { Others, Whom } from '../vendors/estimate.ts';
import { type AgentFilter, type AgentsArgs, checkAgentsArgs, matcher, pageOfAgents } from './agents.ts';
import { type Question, seatsFor } from './ask.ts';
import type { Desk } from './desk.ts';

/** What is known before a query runs of the agents that a look-up will find: the other side of agents.ts. */
export interface Prospect {
  /** Equal for the same agents. */
  readonly key: string;
  /** Whether the configuration alone can tell, or the vendors must be asked who there is. */
  readonly found: 'listed' | 'complete';
  /** Agents who may be among them. */
  readonly agents: readonly Agent[];
  /** No more than so many. */
  readonly most: number;
  /** Whether some may be among them whom only the vendors name. */
  readonly strangers: Others;
}

/** What look-ups can be foretold from. */
export interface Outlook {
  readonly desk: Desk;
  readonly listed: DirectoryView;
  /** Who there is, vendors asked; null when that is not known without asking them. */
  readonly complete: DirectoryView | null;
  /** The accounts that may name agents of their own accord. */
  readonly discovering: ReadonlySet<string>;
}

/** From the configuration alone: what holds whatever the vendors will say. */
export function outlookOf(desk: Desk): Outlook {
  const { directory } = desk.house;
  const listed = directory.listed(desk.request);
  const discovering = directory.discovering(desk.request);
  return { desk, listed, discovering, complete: discovering.size === 0 ? listed : null };
}

/** With what the cache knows of the vendors' agents just now. */
export async function outlookNow(desk: Desk): Promise<Outlook> {
  const outlook = outlookOf(desk);
  return { ...outlook, complete: outlook.complete ?? (await desk.house.directory.recall(desk.request)) };
}

type Find = (view: DirectoryView) => Agent | null;

function prospectOf(outlook: Outlook, key: string, strangers: Others, find: Find): Prospect {
  const { desk, listed, complete } = outlook;
  const known = find(listed);
  if (known && !desk.house.directory.mayGrow(known, desk.request)) return exactly('listed', [known]);
  const agent = complete && find(complete);
  if (complete) return exactly('complete', agent ? [agent] : []);
  if (known) return exactly('complete', [known]);
  // Discovery may tell that it is a reference or address of one of the directory's agents.
  return { key, found: 'complete', agents: listed.agents, most: 1, strangers };
}

function exactly(found: Prospect['found'], agents: readonly Agent[]): Prospect {
  const key = `${found} ${agents.map(({ id }) => id).join()}`;
  return { key, found, agents, most: agents.length, strangers: 'none' };
}

export function prospectByEmail(outlook: Outlook, email: string): Prospect {
  return prospectOf(outlook, `email ${email}`, 'with e-mail', (view) => view.byEmail(email));
}

/** Null when nobody is looked for, because the caller may not use the account. */
export function prospectBySeat(outlook: Outlook, account: string, ref: string): Prospect | null {
  if (!outlook.desk.mayUse(account)) return null;
  return prospectOf(outlook, `seat ${account} ${ref}`, 'any', (view) => view.bySeat(account, ref));
}

/** For the address of an agent. */
export function prospectAt(outlook: Outlook, id: string, address: NodeAddress): Prospect | null {
  if (address.type === 'AgentBySeat' && !outlook.desk.mayUse(address.account)) return null;
  // No vendor gives anybody a key of the directory.
  if (address.type === 'Agent' && !outlook.listed.byId(id)) return exactly('complete', []);
  const strangers = address.type === 'AgentByEmail' ? 'with e-mail' : 'any';
  return prospectOf(outlook, `id ${id}`, strangers, (view) => view.byId(id));
}

/** Throws InvalidInput where `agents` would. */
export function prospectOfList(outlook: Outlook, args: AgentsArgs): Prospect {
  checkAgentsArgs(args);
  const { desk, listed, complete } = outlook;
  if (complete) return exactly('complete', pageOfAgents(desk, complete.agents, args).nodes);

  const { first, filter } = args;
  const meets = filter ? matcher(desk, filter) : () => true;
  const agents: Agent[] = [];
  let certain = 0;
  for (const agent of listed.agents) {
    // Without a cursor the page begins with the directory's first; so many of them that surely meet the filter fill it.
    if (args.after == null && certain >= first) break;
    if (meets(agent)) certain += 1;
    if (meets(agent) || mayComeToMeet(outlook, agent, filter ?? {})) agents.push(agent);
  }
  const isFull = args.after == null && certain >= first;
  const strangers = isFull ? 'none' : strangersMeeting(outlook, filter ?? {});
  const most = strangers === 'none' ? Math.min(first, agents.length) : first;
  return { key: `agents ${JSON.stringify(args)}`, found: 'complete', agents, most, strangers };
}

/**
 * Agents of whom no more is known than that each may be any of the same ones are told as one: so many of these. Else every
 * id that the directory does not know would be a look through the whole of it, for every field below.
 */
export function together(prospects: readonly Prospect[]): readonly Prospect[] {
  const distinct = new Map(prospects.map((one) => [one.key, one])).values();
  return [...Map.groupBy(distinct, ({ agents }) => agents).values()]
    .flatMap((same) => [...Map.groupBy(same, ({ strangers }) => strangers).values()])
    .flatMap((alike) => {
      const [first] = alike;
      if (!first || alike.length === 1) return alike;
      const key = alike.map((one) => one.key).join();
      return [{ ...first, key, most: alike.reduce((sum, { most }) => sum + most, 0) }];
    });
}

/** Which of an agent's seats are asked: those in `accounts` that can answer, or the first of them only. */
export interface Asked {
  readonly question: Question;
  readonly accounts: readonly string[] | null;
  readonly firstOnly: boolean;
}

/** Tells the agents as a question to one account means them. The same agents are looked through once for the same question. */
export function createWhoms(outlook: Outlook): (prospect: Prospect, account: string, asked: Asked) => Whom {
  const known = new Map<readonly Agent[], Map<string, { readonly refs: readonly string[]; readonly gains: number }>>();

  function lookThrough(agents: readonly Agent[], account: string, { question, accounts, firstOnly }: Asked) {
    const seats = agents.flatMap((agent) => {
      const all = seatsFor(outlook.desk, agent, question, accounts);
      return firstOnly ? all.slice(0, 1) : all;
    });
    return {
      refs: seats.flatMap((seat) => (seat.account === account ? [seat.ref] : [])),
      gains: agents.filter((agent) => mayGain(outlook, agent, account)).length,
    };
  }

  return ({ key, found, agents, most, strangers }, account, asked) => {
    const ofThese = known.get(agents) ?? new Map<string, ReturnType<typeof lookThrough>>();
    const name = JSON.stringify([account, asked]);
    const told = ofThese.get(name) ?? lookThrough(agents, account, asked);
    known.set(agents, ofThese.set(name, told));
    const { refs } = told;
    const isOpen = found === 'complete' && outlook.complete === null && outlook.discovering.has(account);
    const gains = isOpen ? told.gains : 0;
    if (isOpen && strangers !== 'none') return { key, most, refs, others: strangers };
    return { key, most: Math.min(most, refs.length + gains), refs, others: gains > 0 ? 'with e-mail' : 'none' };
  };
}

/** Whether discovery might give an agent a seat in that account. */
function mayGain({ discovering }: Outlook, agent: Agent, account: string): boolean {
  const isKnown = (name: string): boolean => agent.seats.some((seat) => seat.account === name);
  if (!discovering.has(account) || isKnown(account)) return false;
  // It recognises agents by an e-mail address: the directory's, or that of a seat which it looks at.
  return agent.email !== null || [...discovering].some(isKnown);
}

/** Whether an agent who does not meet the filter may do so once the vendors have been asked. */
function mayComeToMeet(outlook: Outlook, agent: Agent, filter: AgentFilter): boolean {
  const { desk, discovering } = outlook;
  const has = (name: string): boolean =>
    agent.seats.some((seat) => seat.account === name) || mayGain(outlook, agent, name);
  const mayBeNamed = [...discovering].some(has);
  const { kind, account, vendor, emails, nameContains } = filter;
  const becomes: AgentFilter = {
    kind: kind ?? null,
    emails: agent.email === null && mayBeNamed ? null : (emails ?? null),
    nameContains: agent.name === null && mayBeNamed ? null : (nameContains ?? null),
  };
  return (
    matcher(desk, becomes)(agent) &&
    (account == null || has(account)) &&
    (vendor == null || desk.accounts.some((one) => one.vendor === vendor && has(one.name)))
  );
}

/** Those whom only vendors name are people, and sit in accounts that name them. */
function strangersMeeting({ desk, discovering }: Outlook, filter: AgentFilter): Others {
  const { kind, account, vendor, emails } = filter;
  const somewhere = desk.accounts.some(
    (one) =>
      discovering.has(one.name) &&
      (account == null || one.name === account) &&
      (vendor == null || one.vendor === vendor),
  );
  if (kind === 'VIRTUAL' || !somewhere) return 'none';
  return emails == null ? 'any' : 'with e-mail';
}
