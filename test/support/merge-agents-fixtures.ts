import type { DirectoryEntry } from '../../src/config/settings.ts';
import type { KnownAccount } from '../../src/directory/discovered-entries.ts';
import { type DirectoryView, mergeAgents } from '../../src/directory/merge-agents.ts';
import type { DiscoveredAgent } from '../../src/domain/agent.ts';
import { knownAccount } from './directory-fixtures.ts';

export const kore = knownAccount('kore');
export const lp = knownAccount('lp', 'LIVEPERSON');
export const vcc = knownAccount('vcc', 'VONAGE');
export const ACCOUNTS = [kore, lp, vcc];

export type DiscoveredByAccount = Readonly<Partial<Record<'kore' | 'lp' | 'vcc', readonly DiscoveredAgent[]>>>;

export function mergedView(
  entries: readonly DirectoryEntry[],
  discovered: DiscoveredByAccount = {},
  accounts: readonly KnownAccount[] = ACCOUNTS,
): DirectoryView {
  const discoveries = accounts.map((account) => ({
    account,
    agents: discovered[account.name as keyof DiscoveredByAccount] ?? [],
  }));
  return mergeAgents(entries, accounts, discoveries);
}
