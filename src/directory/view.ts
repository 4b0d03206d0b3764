import type { Account } from '../domain/account.ts';
import type { Agent, DiscoveredAgent, Seat } from '../domain/agent.ts';
import { agentId, agentIdByEmail, agentIdBySeat, readGlobalId } from '../domain/global-id.ts';
import type { DirectoryEntry } from '../config/settings.ts';
import type { ReferenceRules } from '../vendors/vendor.ts';

/** An account as the directory sees it. */
export interface KnownAccount extends Account {
  readonly references: ReferenceRules;
}

/** What an account names of its own accord. */
export interface Discovery {
  readonly account: KnownAccount;
  readonly agents: readonly DiscoveredAgent[];
}

/** Who is who, for callers who may see certain accounts. */
export interface DirectoryView {
  /** Those of the directory in its order, then the discovered ones by name. */
  readonly agents: readonly Agent[];
  readonly byId: (id: string) => Agent | null;
  readonly byEmail: (email: string) => Agent | null;
  readonly bySeat: (account: string, ref: string) => Agent | null;
}

interface Draft {
  readonly entry: DirectoryEntry | null;
  name: string | null;
  email: string | null;
  readonly seats: Map<string, string>;
  /** An id for one that is not in the directory. */
  readonly id: string;
}

/**
 * Merges the directory with what the accounts name. An agent is recognised by its reference in the same account, else by
 * its e-mail address; the directory's word goes before the vendors'. Only `accounts` (in the configuration's order) exist
 * here: what others know takes no part, not even to tell who is who. The order in which vendors name agents changes nothing.
 */
export function createView(
  entries: readonly DirectoryEntry[],
  accounts: readonly KnownAccount[],
  discoveries: readonly Discovery[],
): DirectoryView {
  const byName = new Map(accounts.map((account) => [account.name, account]));
  const seated = new Map<string, Draft>();
  const byEmail = new Map<string, Draft>();

  function seat(draft: Draft, account: KnownAccount, ref: string): void {
    draft.seats.set(account.name, ref);
    takePlace(draft, account, ref);
  }

  /** From now on the reference means this agent, unless it already means another. */
  function takePlace(draft: Draft, account: KnownAccount, ref: string): void {
    const key = seatKey(account, ref);
    if (!seated.has(key)) seated.set(key, draft);
    if (seated.get(key) === draft) recognise(draft, account.references.email(ref));
  }

  /** From now on the address means this agent, unless it already means another. */
  function recognise(draft: Draft, email: string | null): void {
    if (email === null) return;
    draft.email ??= email;
    const key = email.toLowerCase();
    if (!byEmail.has(key)) byEmail.set(key, draft);
  }

  const listed = entries.flatMap((entry): Draft[] => {
    const seats = Object.entries(entry.accounts);
    const visible = seats.filter(([name]) => byName.has(name));
    // One whom only hidden accounts know is hidden, too.
    if (seats.length > 0 && visible.length === 0) return [];
    const { name = null, email = null } = entry;
    const draft: Draft = { entry, name, email, seats: new Map(), id: agentId(entry.id) };
    // An address that the directory gives goes before one that a reference happens to be, whoever's entry comes first.
    recognise(draft, email);
    return [draft];
  });
  for (const draft of listed) {
    for (const [name, ref] of Object.entries(draft.entry?.accounts ?? {})) {
      const account = byName.get(name);
      if (account) seat(draft, account, ref);
    }
  }

  const knownAs = ({ account, references }: Named): Draft | undefined =>
    references.map((ref) => seated.get(seatKey(account, ref))).find((draft) => draft !== undefined);

  /** Takes only what is not known yet. */
  function add(known: Draft, { account, agent, references }: Named): void {
    known.name ??= agent.name;
    recognise(known, agent.email);
    for (const ref of references) takePlace(known, account, ref);
  }

  const named = inOrder(accounts, discoveries);
  // First those whom the directory refers to: what the vendors add to them may tell who the others are.
  for (const one of named) {
    const known = knownAs(one);
    if (known) add(known, one);
  }
  const discovered: Draft[] = [];
  for (const one of named) {
    const { account, agent } = one;
    const emails = emailsOf(one);
    const namesakes = new Set(emails.flatMap((email) => byEmail.get(email.toLowerCase()) ?? []));
    const [namesake] = namesakes;
    let draft = knownAs(one);
    // Whoever has another reference here, or shares addresses with several, is somebody else: no merging on a doubt.
    if (!draft && namesake && namesakes.size === 1 && !namesake.seats.has(account.name)) draft = namesake;
    if (!draft) {
      const [email = null] = emails;
      const id = email === null || namesake ? agentIdBySeat(account.name, agent.ref) : agentIdByEmail(email);
      draft = { entry: null, name: agent.name, email, seats: new Map(), id };
      discovered.push(draft);
    }
    if (!draft.seats.has(account.name)) draft.seats.set(account.name, agent.ref);
    add(draft, one);
  }

  const finished = new Map<Draft, Agent>();
  const finish = (draft: Draft): Agent => {
    const agent = toAgent(draft, accounts);
    finished.set(draft, agent);
    return agent;
  };
  const agents = [...listed.map(finish), ...discovered.map(finish).sort(byNameThenId)];
  const byId = new Map(agents.map((agent) => [agent.id, agent]));

  const agentOf = (draft: Draft | undefined): Agent | null => (draft && finished.get(draft)) ?? null;
  const agentByEmail = (email: string) => agentOf(byEmail.get(email.toLowerCase()));
  const agentBySeat = (name: string, ref: string) => {
    const account = byName.get(name);
    return account ? agentOf(seated.get(seatKey(account, ref))) : null;
  };

  /** An agent whose address or place in the directory became known later is still found by the id that it had before. */
  function agentByFormerId(id: string): Agent | null {
    const address = readGlobalId(id);
    if (address?.type === 'AgentByEmail') return agentByEmail(address.email);
    return address?.type === 'AgentBySeat' ? agentBySeat(address.account, address.ref) : null;
  }

  return {
    agents,
    byId: (id) => byId.get(id) ?? agentByFormerId(id),
    byEmail: agentByEmail,
    bySeat: agentBySeat,
  };
}

/** An agent as an account names it, with all references that mean it there. */
interface Named {
  readonly account: KnownAccount;
  readonly agent: DiscoveredAgent;
  readonly references: readonly string[];
}

/** By account, in the configuration's order, then by reference. */
function inOrder(accounts: readonly KnownAccount[], discoveries: readonly Discovery[]): readonly Named[] {
  return accounts.flatMap((account) => {
    const { canonical } = account.references;
    return discoveries
      .filter((one) => one.account.name === account.name)
      .flatMap(({ agents }) => agents.map((agent) => ({ account, agent, references: [agent.ref, ...agent.aliases] })))
      .toSorted(
        (a, b) =>
          compare(canonical(a.agent.ref), canonical(b.agent.ref)) ||
          compare(JSON.stringify(a.agent), JSON.stringify(b.agent)),
      );
  });
}

/** The address that the vendor gives, and those that its references are. */
function emailsOf({ account, agent, references }: Named): readonly string[] {
  return [agent.email, ...references.map((ref) => account.references.email(ref))].filter((email) => email !== null);
}

function toAgent(draft: Draft, accounts: readonly KnownAccount[]): Agent {
  const seats = accounts.flatMap(({ name }): Seat[] => {
    const ref = draft.seats.get(name);
    return ref === undefined ? [] : [{ account: name, ref }];
  });
  const kind = draft.entry?.kind === 'virtual' ? 'VIRTUAL' : 'HUMAN';
  return { id: draft.id, key: draft.entry?.id ?? null, kind, name: draft.name, email: draft.email, seats };
}

/** The order of discovered agents; it never depends on who else is there, so that cursors stay valid. */
export function byNameThenId(a: Pick<Agent, 'name' | 'id'>, b: Pick<Agent, 'name' | 'id'>): number {
  return compare(a.name ?? '', b.name ?? '') || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function seatKey(account: KnownAccount, ref: string): string {
  return `${account.name}\n${account.references.canonical(ref)}`;
}
