import type { Config } from '../config/schema.ts';
import { createEventLoopYielder } from '../domain/event-loop-yielder.ts';
import type { Services } from '../gather/query-context.ts';
import { createAccountsHealth, createAgentDirectory } from './accounts.ts';
import type { AccountDependencies, ConnectedAccount } from './connected-account.ts';
import { createSourceObserver } from './observers.ts';

export type ServiceDependencies = Pick<AccountDependencies, 'clock' | 'metrics' | 'logs'>;

/** Creates the directory and the health over the accounts of a configuration. */
export function createServices(
  accounts: readonly ConnectedAccount[],
  config: Pick<Config, 'agents' | 'teams'>,
  { clock, metrics, logs }: ServiceDependencies,
): Services {
  return {
    adapters: accounts.map(({ adapter }) => adapter),
    directory: createAgentDirectory(accounts, config, clock),
    health: createAccountsHealth(accounts),
    sourceObserver: createSourceObserver(metrics, logs),
    yielder: createEventLoopYielder(clock),
  };
}
