import type { Directory } from '../directory/directory.ts';
import type { DirectoryReader } from '../directory/discovery.ts';
import type { Agent } from '../domain/agent.ts';
import { agentId } from '../domain/global-id.ts';
import type { ConnectedAccount } from './connected-account.ts';

/** How an operator names an agent: by id, key, e-mail address, or reference in the account. */
export interface NamedAgent {
  readonly name: string;
  /** The agent of that name; null: none is known, and the name may be a reference. */
  readonly agent: Agent | null;
}

/** Finds the agent of a name, without a vendor call. */
export async function findNamedAgent(
  name: string,
  directory: Pick<Directory, 'cached' | 'configured'>,
  reader: DirectoryReader,
): Promise<NamedAgent> {
  const view = (await directory.cached(reader)) ?? directory.configured(reader);
  return { name, agent: view.byId(name) ?? view.byId(agentId(name)) ?? view.byEmail(name) };
}

/** Returns every reference under which the account's cached values may have the agent, in canonical form. */
export async function referencesOf(
  { name, agent }: NamedAgent,
  { config, vendor, adapter }: Pick<ConnectedAccount, 'config' | 'vendor' | 'adapter'>,
): Promise<readonly string[]> {
  const { canonical, problem } = vendor.references;
  const linked =
    agent?.accounts.filter(({ account }) => account === config.name).map(({ ref }) => canonical(ref)) ?? [];
  const named = problem(name) === null ? [canonical(name)] : [];
  const references = new Set([...linked, ...named]);
  for (const { ref, aliases } of (await adapter.cachedAgents?.()) ?? []) {
    const all = [ref, ...aliases].map(canonical);
    if (all.some((each) => references.has(each))) for (const each of all) references.add(each);
  }
  return [...references].sort();
}
