import type { Account } from '../domain/account.ts';
import type { AgentAccount, DiscoveredAgent } from '../domain/agent.ts';
import { compareTexts } from '../domain/compare-texts.ts';
import { isStepEnd, sortInSteps } from '../domain/sort-in-steps.ts';
import type { ReferenceRules } from '../vendors/vendor.ts';

/** An account as the directory sees it. */
export interface KnownAccount extends Account {
  readonly references: ReferenceRules;
}

/** The agents that an account has discovered. */
export interface Discovery {
  readonly account: KnownAccount;
  readonly agents: readonly DiscoveredAgent[];
}

/** A reference to an agent in an account. */
export interface Reference {
  /** Equal for all spellings of the reference in the account. */
  readonly key: string;
  /** The address that the reference is; null for any other reference. */
  readonly email: string | null;
}

/** An agent as an account has discovered it, with all references that identify it there. */
export interface DiscoveredEntry {
  readonly account: KnownAccount;
  readonly agent: DiscoveredAgent;
  /** First the agent's own. */
  readonly references: readonly Reference[];
}

/** The agents of one step of merging: one takes longer than an item that is sorted. */
export const AGENTS_PER_STEP = 100;

/** By account, in the configuration's order, then by reference. */
export function* sortDiscoveredEntries(
  accounts: readonly KnownAccount[],
  discoveries: readonly Discovery[],
): Generator<undefined, readonly DiscoveredEntry[]> {
  const sorted: DiscoveredEntry[] = [];
  for (const account of accounts) {
    const unsorted: DiscoveredEntry[] = [];
    const agents = discoveries.flatMap((each) => (each.account.name === account.name ? each.agents : []));
    for (const [index, agent] of agents.entries()) {
      if (isStepEnd(index, AGENTS_PER_STEP)) yield;
      const references = [agent.ref, ...agent.aliases].map((ref) => toReference(account, ref));
      unsorted.push({ account, agent, references });
    }
    for (const each of yield* sortInSteps(unsorted, compareByReference)) sorted.push(each);
  }
  return sorted;
}

function compareByReference(a: DiscoveredEntry, b: DiscoveredEntry): number {
  return (
    compareTexts(a.references[0]?.key ?? '', b.references[0]?.key ?? '') ||
    compareTexts(JSON.stringify(a.agent), JSON.stringify(b.agent))
  );
}

/** The vendor's address of the agent, then the references that are addresses. */
export function emailsOf({ agent, references }: DiscoveredEntry): readonly string[] {
  return [agent.email, ...references.map(({ email }) => email)].filter((email) => email !== null);
}

/** The account and, in canonical form, the reference of a key. */
export function fromReferenceKey(key: string): AgentAccount {
  const end = key.indexOf('\n');
  return { account: key.slice(0, end), ref: key.slice(end + 1) };
}

export function toReference({ name, references }: KnownAccount, ref: string): Reference {
  return { key: `${name}\n${references.canonical(ref)}`, email: references.email(ref) };
}
