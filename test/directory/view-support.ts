import type { DirectoryEntry } from '../../src/config/settings.ts';
import type { DiscoveredAgent } from '../../src/domain/agent.ts';
import { type DirectoryView, type KnownAccount, createView } from '../../src/directory/view.ts';
import { account } from './support.ts';

export const kore = account('kore');
export const lp = account('lp', 'LIVEPERSON');
export const vcc = account('vcc', 'VONAGE');
export const ACCOUNTS = [kore, lp, vcc];

export type Named = Readonly<Partial<Record<'kore' | 'lp' | 'vcc', readonly DiscoveredAgent[]>>>;

export function view(
  entries: readonly DirectoryEntry[],
  named: Named = {},
  accounts: readonly KnownAccount[] = ACCOUNTS,
): DirectoryView {
  const discoveries = accounts.map((one) => ({ account: one, agents: named[one.name as keyof Named] ?? [] }));
  return createView(entries, accounts, discoveries);
}
