import type { Account } from '../domain/account.ts';
import type { Agent, DiscoveredAgent, AgentAccount } from '../domain/agent.ts';
import { agentId, agentIdByEmail, agentIdByAccount, decodeGlobalId } from '../domain/global-id.ts';
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
  readonly byAccount: (account: string, ref: string) => Agent | null;
}

interface AgentDraft {
  readonly entry: DirectoryEntry | null;
  name: string | null;
  email: string | null;
  readonly accounts: Map<string, string>;
  /** An id for one that is not in the directory. */
  readonly id: string;
}

/**
 * Merges the directory with what the accounts name. An agent is recognised by its reference in the same account, else by
 * its e-mail address; the directory's word goes before the vendors'. Only `accounts` (in the configuration's order) exist
 * here: what others know takes no part, not even to tell who is who. The order in which vendors name agents changes nothing.
 */
export function mergeAgents(
  entries: readonly DirectoryEntry[],
  accounts: readonly KnownAccount[],
  discoveries: readonly Discovery[],
): DirectoryView {
  const accountsByName = new Map(accounts.map((account) => [account.name, account]));
  const draftsByReference = new Map<string, AgentDraft>();
  const draftsByEmail = new Map<string, AgentDraft>();

  function linkAccount(draft: AgentDraft, account: KnownAccount, ref: string): void {
    draft.accounts.set(account.name, ref);
    claimReference(draft, account, ref);
  }

  /** From now on the reference means this agent, unless it already means another. */
  function claimReference(draft: AgentDraft, account: KnownAccount, ref: string): void {
    const key = referenceKey(account, ref);
    if (!draftsByReference.has(key)) draftsByReference.set(key, draft);
    if (draftsByReference.get(key) === draft) indexEmail(draft, account.references.email(ref));
  }

  /** From now on the address means this agent, unless it already means another. */
  function indexEmail(draft: AgentDraft, email: string | null): void {
    if (email === null) return;
    draft.email ??= email;
    const key = email.toLowerCase();
    if (!draftsByEmail.has(key)) draftsByEmail.set(key, draft);
  }

  const configuredDrafts = entries.flatMap((entry): AgentDraft[] => {
    const references = Object.entries(entry.accounts);
    const visible = references.filter(([name]) => accountsByName.has(name));
    // One whom only hidden accounts know is hidden, too.
    if (references.length > 0 && visible.length === 0) return [];
    const { name = null, email = null } = entry;
    const draft: AgentDraft = { entry, name, email, accounts: new Map(), id: agentId(entry.id) };
    // An address that the directory gives goes before one that a reference happens to be, whoever's entry comes first.
    indexEmail(draft, email);
    return [draft];
  });
  for (const draft of configuredDrafts) {
    for (const [name, ref] of Object.entries(draft.entry?.accounts ?? {})) {
      const account = accountsByName.get(name);
      if (account) linkAccount(draft, account, ref);
    }
  }

  const findByReference = ({ account, references }: DiscoveredEntry): AgentDraft | undefined =>
    references.map((ref) => draftsByReference.get(referenceKey(account, ref))).find((draft) => draft !== undefined);

  /** Takes only what is not known yet. */
  function enrich(draft: AgentDraft, { account, agent, references }: DiscoveredEntry): void {
    draft.name ??= agent.name;
    indexEmail(draft, agent.email);
    for (const ref of references) claimReference(draft, account, ref);
  }

  const discoveredEntries = sortDiscoveredEntries(accounts, discoveries);
  // First those whom the directory refers to: what the vendors add to them may tell who the others are.
  for (const discoveredEntry of discoveredEntries) {
    const known = findByReference(discoveredEntry);
    if (known) enrich(known, discoveredEntry);
  }
  const discoveredDrafts: AgentDraft[] = [];
  for (const one of discoveredEntries) {
    const { account, agent } = one;
    const emails = emailsOf(one);
    const emailMatches = new Set(emails.flatMap((email) => draftsByEmail.get(email.toLowerCase()) ?? []));
    const [emailMatch] = emailMatches;
    let draft = findByReference(one);
    // Whoever has another reference here, or shares addresses with several, is somebody else: no merging on a doubt.
    if (!draft && emailMatch && emailMatches.size === 1 && !emailMatch.accounts.has(account.name)) draft = emailMatch;
    if (!draft) {
      const [email = null] = emails;
      const id = email === null || emailMatch ? agentIdByAccount(account.name, agent.ref) : agentIdByEmail(email);
      draft = { entry: null, name: agent.name, email, accounts: new Map(), id };
      discoveredDrafts.push(draft);
    }
    if (!draft.accounts.has(account.name)) draft.accounts.set(account.name, agent.ref);
    enrich(draft, one);
  }

  const agentsByDraft = new Map<AgentDraft, Agent>();
  const createAgent = (draft: AgentDraft): Agent => {
    const agent = toAgent(draft, accounts);
    agentsByDraft.set(draft, agent);
    return agent;
  };
  const agents = [...configuredDrafts.map(createAgent), ...discoveredDrafts.map(createAgent).sort(compareByNameThenId)];
  const agentsById = new Map(agents.map((agent) => [agent.id, agent]));

  const agentOfDraft = (draft: AgentDraft | undefined): Agent | null => (draft && agentsByDraft.get(draft)) ?? null;
  const agentByEmail = (email: string) => agentOfDraft(draftsByEmail.get(email.toLowerCase()));
  const agentByAccount = (name: string, ref: string) => {
    const account = accountsByName.get(name);
    return account ? agentOfDraft(draftsByReference.get(referenceKey(account, ref))) : null;
  };

  /** An agent whose address or place in the directory became known later is still found by the id that it had before. */
  function agentByFormerId(id: string): Agent | null {
    const decodedId = decodeGlobalId(id);
    if (decodedId?.type === 'AgentByEmail') return agentByEmail(decodedId.email);
    return decodedId?.type === 'AgentByAccount' ? agentByAccount(decodedId.account, decodedId.ref) : null;
  }

  return {
    agents,
    byId: (id) => agentsById.get(id) ?? agentByFormerId(id),
    byEmail: agentByEmail,
    byAccount: agentByAccount,
  };
}

/** An agent as an account names it, with all references that mean it there. */
interface DiscoveredEntry {
  readonly account: KnownAccount;
  readonly agent: DiscoveredAgent;
  readonly references: readonly string[];
}

/** By account, in the configuration's order, then by reference. */
function sortDiscoveredEntries(
  accounts: readonly KnownAccount[],
  discoveries: readonly Discovery[],
): readonly DiscoveredEntry[] {
  return accounts.flatMap((account) => {
    const { canonical } = account.references;
    return discoveries
      .filter((discovery) => discovery.account.name === account.name)
      .flatMap(({ agents }) => agents.map((agent) => ({ account, agent, references: [agent.ref, ...agent.aliases] })))
      .toSorted(
        (a, b) =>
          compare(canonical(a.agent.ref), canonical(b.agent.ref)) ||
          compare(JSON.stringify(a.agent), JSON.stringify(b.agent)),
      );
  });
}

/** The address that the vendor gives, and those that its references are. */
function emailsOf({ account, agent, references }: DiscoveredEntry): readonly string[] {
  return [agent.email, ...references.map((ref) => account.references.email(ref))].filter((email) => email !== null);
}

function toAgent(draft: AgentDraft, accounts: readonly KnownAccount[]): Agent {
  const agentAccounts = accounts.flatMap(({ name }): AgentAccount[] => {
    const ref = draft.accounts.get(name);
    return ref === undefined ? [] : [{ account: name, ref }];
  });
  const kind = draft.entry?.kind === 'virtual' ? 'VIRTUAL' : 'HUMAN';
  return {
    id: draft.id,
    key: draft.entry?.id ?? null,
    kind,
    name: draft.name,
    email: draft.email,
    accounts: agentAccounts,
  };
}

/** The order of discovered agents; it never depends on who else is there, so that cursors stay valid. */
export function compareByNameThenId(a: Pick<Agent, 'name' | 'id'>, b: Pick<Agent, 'name' | 'id'>): number {
  return compare(a.name ?? '', b.name ?? '') || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function referenceKey(account: KnownAccount, ref: string): string {
  return `${account.name}\n${account.references.canonical(ref)}`;
}
