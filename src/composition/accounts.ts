import type { AccountConfig } from '../config/account.ts';
import type { Config } from '../config/schema.ts';
import { createDirectory, type Directory } from '../directory/directory.ts';
import type { Clock } from '../domain/clock.ts';
import type { AccountHealthTracker, AccountsHealth } from '../gather/account-health.ts';
import type { ConnectedAccount } from './connected-account.ts';

/** Creates the directory over the configured agents and the accounts that discover further ones. */
export function createAgentDirectory(
  accounts: readonly ConnectedAccount[],
  { agents, teams }: Pick<Config, 'agents' | 'teams'>,
  clock: Clock,
): Directory {
  return createDirectory({
    entries: agents,
    teams,
    accounts: accounts.map(({ config, vendor, adapter, cache, discovery }) => ({
      ...adapter.account,
      references: vendor.references,
      adapter,
      cache,
      discovery,
      ...discoverySettings(config),
    })),
    clock,
  });
}

/** Vendors that discover agents have these settings. */
function discoverySettings(
  account: AccountConfig & { readonly discover?: unknown; readonly discoverTimeoutMs?: unknown },
) {
  const { discover, discoverTimeoutMs } = account;
  return {
    discover: discover === true,
    discoverTimeoutMs: typeof discoverTimeoutMs === 'number' ? discoverTimeoutMs : 0,
  };
}

/** The health of all accounts of a configuration. */
export function createAccountsHealth(accounts: readonly ConnectedAccount[]): AccountsHealth {
  const byName = new Map(accounts.map(({ config: { name }, health }) => [name, health]));
  const healthOf = (name: string): AccountHealthTracker => {
    const health = byName.get(name);
    if (!health) throw new Error(`no such account: ${name}`);
    return health;
  };
  return {
    recordReport: (report, ref) => {
      healthOf(report.account).recordReport(report, ref);
    },
    get: (name) => healthOf(name).get(name),
    refresh: async (names) => {
      await Promise.all(names.map((name) => healthOf(name).refresh([name])));
    },
  };
}
