import type { DirectoryEntry } from '../config/settings.ts';
import type { Agent, AgentAccount } from '../domain/agent.ts';
import { compareTexts } from '../domain/compare-texts.ts';
import { runAtOnce } from '../domain/event-loop-yielder.ts';
import { foldText } from '../domain/fold-text.ts';
import { agentId, agentIdByAccount, agentIdByEmail, decodeGlobalId } from '../domain/global-id.ts';
import { once } from '../domain/once.ts';
import { isStepEnd, sortInSteps } from '../domain/sort-in-steps.ts';
import {
  AGENTS_PER_STEP,
  type DiscoveredEntry,
  type Discovery,
  emailsOf,
  fromReferenceKey,
  type KnownAccount,
  type Reference,
  sortDiscoveredEntries,
  toReference,
} from './discovered-entries.ts';
import { createReferenceIndex, type ReferenceIndex } from './reference-index.ts';
import { createViewMemo, type ViewMemo } from './view-memo.ts';

/** The agents that callers with certain accounts may see. */
export interface DirectoryView {
  /** Configured agents in the directory's order, then discovered ones by name. */
  readonly agents: readonly Agent[];
  readonly byId: (id: string) => Agent | null;
  readonly byEmail: (email: string) => Agent | null;
  readonly byAccount: (account: string, ref: string) => Agent | null;
  /** The references, of whatever agent, that have this hash (`hashOfReference`). */
  readonly referencesByHash: ReferenceIndex;
  /** The position of one of `agents`. */
  readonly rankOf: (agent: Agent) => number;
  /** The name of one of `agents` as `foldText` returns it, empty without a name. Folded once: that takes longer than to search it. */
  readonly foldedNameOf: (agent: Agent) => string;
  /** Keeps what is derived from the whole view, so that a query does not cost more the more agents there are. */
  readonly memoize: ViewMemo;
}

/**
 * Resolves the identities of agents: merges the directory with what the accounts discover.
 *
 * An agent is identified by its reference in the same account, else by its e-mail address. The directory takes precedence over
 * the vendors. Only `accounts`, in the configuration's order, take part: data of other accounts is not used even to identify
 * an agent. The order in which vendors list agents does not affect the result.
 */
export function mergeAgents(
  entries: readonly DirectoryEntry[],
  accounts: readonly KnownAccount[],
  discoveries: readonly Discovery[],
): DirectoryView {
  return runAtOnce(mergeAgentsInSteps(entries, accounts, discoveries));
}

/** Does the same as `mergeAgents`, in steps of some milliseconds at most: thousands of agents may have been discovered. */
export function* mergeAgentsInSteps(
  entries: readonly DirectoryEntry[],
  accounts: readonly KnownAccount[],
  discoveries: readonly Discovery[],
): Generator<undefined, DirectoryView> {
  const merger = new AgentMerger(accounts);
  merger.addConfiguredAgents(entries);
  yield;
  const discoveredEntries = yield* sortDiscoveredEntries(accounts, discoveries);
  // First the agents that the directory refers to: what discovery adds to them may identify the others.
  yield* merger.enrichReferencedAgents(discoveredEntries);
  yield* merger.addDiscoveredAgents(discoveredEntries);
  return yield* merger.createView();
}

interface AgentDraft {
  readonly entry: DirectoryEntry | null;
  name: string | null;
  email: string | null;
  /** References by account name. */
  readonly accounts: Map<string, string>;
  readonly id: string;
}

class AgentMerger {
  readonly #accounts: ReadonlyMap<string, KnownAccount>;
  readonly #configured: AgentDraft[] = [];
  readonly #discovered: AgentDraft[] = [];
  readonly #draftsByReference = new Map<string, AgentDraft>();
  readonly #draftsByEmail = new Map<string, AgentDraft>();

  constructor(accounts: readonly KnownAccount[]) {
    this.#accounts = new Map(accounts.map((account) => [account.name, account]));
  }

  addConfiguredAgents(entries: readonly DirectoryEntry[]): void {
    for (const entry of entries) {
      const names = Object.keys(entry.accounts);
      // An agent that only hidden accounts refer to is hidden, too.
      if (names.length > 0 && !names.some((name) => this.#accounts.has(name))) continue;
      const { name = null, email = null } = entry;
      const draft: AgentDraft = { entry, name, email, accounts: new Map(), id: agentId(entry.id) };
      this.#configured.push(draft);
      // All configured addresses before any address that a reference happens to be, whatever the order of the entries.
      this.#indexEmail(draft, email);
    }
    for (const draft of this.#configured) {
      for (const [name, ref] of Object.entries(draft.entry?.accounts ?? {})) {
        const account = this.#accounts.get(name);
        if (account) this.#linkAccount(draft, account, ref);
      }
    }
  }

  *enrichReferencedAgents(discoveredEntries: readonly DiscoveredEntry[]): Generator<undefined, void> {
    for (const [index, discoveredEntry] of discoveredEntries.entries()) {
      if (isStepEnd(index, AGENTS_PER_STEP)) yield;
      const draft = this.#findByReference(discoveredEntry);
      if (draft) this.#enrich(draft, discoveredEntry);
    }
  }

  *addDiscoveredAgents(discoveredEntries: readonly DiscoveredEntry[]): Generator<undefined, void> {
    for (const [index, discoveredEntry] of discoveredEntries.entries()) {
      if (isStepEnd(index, AGENTS_PER_STEP)) yield;
      const { account, agent } = discoveredEntry;
      const draft =
        this.#findByReference(discoveredEntry) ??
        this.#findByEmail(discoveredEntry) ??
        this.#createDiscovered(discoveredEntry);
      if (!draft.accounts.has(account.name)) draft.accounts.set(account.name, agent.ref);
      this.#enrich(draft, discoveredEntry);
    }
  }

  *createView(): Generator<undefined, DirectoryView> {
    const accountNames = [...this.#accounts.keys()];
    const agentsByDraft = new Map<AgentDraft, Agent>();
    const toAgents = function* (drafts: readonly AgentDraft[]): Generator<undefined, readonly Agent[]> {
      const all: Agent[] = [];
      for (const [index, draft] of drafts.entries()) {
        if (isStepEnd(index, AGENTS_PER_STEP)) yield;
        const agent = toAgent(draft, accountNames);
        agentsByDraft.set(draft, agent);
        all.push(agent);
      }
      return all;
    };
    const configured = yield* toAgents(this.#configured);
    const discovered = yield* sortInSteps(yield* toAgents(this.#discovered), compareByNameThenId);
    const agents = [...configured, ...discovered];
    const agentsById = new Map<string, Agent>();
    for (const [index, agent] of agents.entries()) {
      if (isStepEnd(index, AGENTS_PER_STEP)) yield;
      agentsById.set(agent.id, agent);
    }

    const agentOf = (draft: AgentDraft | undefined): Agent | null => (draft && agentsByDraft.get(draft)) ?? null;
    const byEmail = (email: string) => agentOf(this.#draftsByEmail.get(email.toLowerCase()));
    const byAccount = (name: string, ref: string) => {
      const account = this.#accounts.get(name);
      return account ? agentOf(this.#draftsByReference.get(toReference(account, ref).key)) : null;
    };
    /** An agent keeps its earlier ids, from before its address was discovered or it was added to the directory. */
    const byFormerId = (id: string): Agent | null => {
      const decodedId = decodeGlobalId(id);
      if (decodedId?.type === 'AgentByEmail') return byEmail(decodedId.email);
      return decodedId?.type === 'AgentByAccount' ? byAccount(decodedId.account, decodedId.ref) : null;
    };
    const ranks = once(() => new Map(agents.map((agent, index) => [agent, index])));
    const foldedNames = once(() => new Map(agents.map((agent) => [agent, foldText(agent.name ?? '')])));
    return {
      agents,
      byId: (id) => agentsById.get(id) ?? byFormerId(id),
      byEmail,
      byAccount,
      referencesByHash: createReferenceIndex(() => this.#draftsByReference.keys().map(fromReferenceKey)),
      rankOf: (agent) => ranks().get(agent) ?? 0,
      foldedNameOf: (agent) => foldedNames().get(agent) ?? '',
      memoize: createViewMemo(agents.length),
    };
  }

  #linkAccount(draft: AgentDraft, account: KnownAccount, ref: string): void {
    draft.accounts.set(account.name, ref);
    this.#claimReference(draft, toReference(account, ref));
  }

  /** Makes the reference identify this agent, unless it identifies another one already. */
  #claimReference(draft: AgentDraft, { key, email }: Reference): void {
    if (!this.#draftsByReference.has(key)) this.#draftsByReference.set(key, draft);
    if (this.#draftsByReference.get(key) === draft) this.#indexEmail(draft, email);
  }

  /** Makes the address identify this agent, unless it identifies another one already. */
  #indexEmail(draft: AgentDraft, email: string | null): void {
    if (email === null) return;
    draft.email ??= email;
    const key = email.toLowerCase();
    if (!this.#draftsByEmail.has(key)) this.#draftsByEmail.set(key, draft);
  }

  /** Adds only what is not set yet. */
  #enrich(draft: AgentDraft, { agent, references }: DiscoveredEntry): void {
    draft.name ??= agent.name;
    this.#indexEmail(draft, agent.email);
    for (const reference of references) this.#claimReference(draft, reference);
  }

  #findByReference({ references }: DiscoveredEntry): AgentDraft | undefined {
    return references.map(({ key }) => this.#draftsByReference.get(key)).find((draft) => draft !== undefined);
  }

  /** Never guesses: an agent with another reference in the account, or with addresses of several agents, is a different one. */
  #findByEmail(discoveredEntry: DiscoveredEntry): AgentDraft | undefined {
    const matches = this.#emailMatches(discoveredEntry);
    const [match] = matches;
    return matches.size === 1 && !match?.accounts.has(discoveredEntry.account.name) ? match : undefined;
  }

  #emailMatches(discoveredEntry: DiscoveredEntry): ReadonlySet<AgentDraft> {
    const drafts = emailsOf(discoveredEntry).map((email) => this.#draftsByEmail.get(email.toLowerCase()));
    return new Set(drafts.filter((draft) => draft !== undefined));
  }

  /** Its id is that of its address, unless the address belongs to another agent. */
  #createDiscovered(discoveredEntry: DiscoveredEntry): AgentDraft {
    const { account, agent } = discoveredEntry;
    const [email = null] = emailsOf(discoveredEntry);
    const isAddressTaken = this.#emailMatches(discoveredEntry).size > 0;
    const id = email === null || isAddressTaken ? agentIdByAccount(account.name, agent.ref) : agentIdByEmail(email);
    const draft: AgentDraft = { entry: null, name: agent.name, email, accounts: new Map(), id };
    this.#discovered.push(draft);
    return draft;
  }
}

function toAgent(draft: AgentDraft, accountNames: readonly string[]): Agent {
  return {
    id: draft.id,
    key: draft.entry?.id ?? null,
    kind: draft.entry?.kind === 'virtual' ? 'VIRTUAL' : 'HUMAN',
    name: draft.name,
    email: draft.email,
    teamId: draft.entry?.team ?? null,
    accounts: accountNames.flatMap((account): AgentAccount[] => {
      const ref = draft.accounts.get(account);
      return ref === undefined ? [] : [{ account, ref }];
    }),
  };
}

/** The order of discovered agents. It does not depend on which other agents exist, so that cursors stay valid. */
export function compareByNameThenId(a: Pick<Agent, 'name' | 'id'>, b: Pick<Agent, 'name' | 'id'>): number {
  return compareTexts(a.name ?? '', b.name ?? '') || compareTexts(a.id, b.id);
}
