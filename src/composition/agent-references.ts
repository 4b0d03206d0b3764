import type { Directory } from '../directory/directory.ts';
import type { DirectoryReader } from '../directory/discovery.ts';
import type { DirectoryView } from '../directory/merge-agents.ts';
import type { Agent } from '../domain/agent.ts';
import { agentId } from '../domain/global-id.ts';
import type { ConnectedAccount } from './connected-account.ts';

/** How an operator names an agent: by id, key, e-mail address, or reference in the account. */
export interface NamedAgent {
  readonly name: string;
  /** The agent of that name; null: none is known, and the name may be a reference. */
  readonly agent: Agent | null;
  /** The agents among which it was looked for. */
  readonly view: DirectoryView;
}

/** Finds the agent of a name, without a vendor call. */
export async function findNamedAgent(
  name: string,
  directory: Pick<Directory, 'cached' | 'configured'>,
  reader: DirectoryReader,
): Promise<NamedAgent> {
  const view = (await directory.cached(reader)) ?? directory.configured(reader);
  return { name, view, agent: view.byId(name) ?? view.byId(agentId(name)) ?? view.byEmail(name) };
}

/** What an account may have of an agent. */
export interface AgentEntries {
  /** Every reference under which its cached values may have the agent, in canonical form. */
  readonly references: readonly string[];
  /** Whether the agent is known there; null where agents are discovered, and have not been yet. */
  readonly isKnown: boolean | null;
}

export async function findAgentEntries(
  { name, agent, view }: NamedAgent,
  { config, vendor, adapter, discovery }: Pick<ConnectedAccount, 'config' | 'vendor' | 'adapter' | 'discovery'>,
): Promise<AgentEntries> {
  const { canonical, problem } = vendor.references;
  const linked =
    agent?.accounts.filter(({ account }) => account === config.name).map(({ ref }) => canonical(ref)) ?? [];
  const named = problem(name) === null ? [canonical(name)] : [];
  const references = new Set([...linked, ...named]);
  let isKnown = linked.length > 0 || (named.length > 0 && view.byAccount(config.name, name) !== null);
  const discovered = (await adapter.cachedAgents?.()) ?? discovery.lastAgents(adapter.account);
  for (const { ref, aliases } of discovered ?? []) {
    const all = [ref, ...aliases].map(canonical);
    if (!all.some((each) => references.has(each))) continue;
    isKnown = true;
    for (const each of all) references.add(each);
  }
  const mayBeDiscovered = adapter.cachedAgents !== undefined && discovered === null;
  return { references: [...references].sort(), isKnown: isKnown || (mayBeDiscovered ? null : false) };
}
