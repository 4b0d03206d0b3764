import { createEventLoopYielder } from '../domain/event-loop-yielder.ts';
import { createAccountHealthTracker } from '../gather/account-health.ts';
import type { Services } from '../gather/query-context.ts';
import { type AccountDependencies, connectAccounts, type ConnectedAccount, createAgentDirectory } from './accounts.ts';
import { createDirectoryObserver, createHealthObserver, createSourceObserver } from './observers.ts';

export interface ServiceDependencies extends AccountDependencies {
  readonly onUnexpectedError: (error: unknown) => void;
}

/** What queries read from, and how to stop it. */
export interface RunningServices extends Services {
  readonly accounts: readonly ConnectedAccount[];
  readonly close: () => void;
}

/** Connects the accounts, and creates the directory and the health over them. */
export function createServices({ onUnexpectedError, ...dependencies }: ServiceDependencies): RunningServices {
  const { config, fleet, clock, metrics, logger, logs } = dependencies;
  const sourceObserver = createSourceObserver(metrics, logs);
  const accounts = connectAccounts(dependencies);
  const health = createAccountHealthTracker({
    clock,
    sharedStore: (name) => accounts.find(({ config: { name: each } }) => each === name)?.healthStore,
    observer: createHealthObserver(logger, logs),
  });
  metrics.watchAccounts(
    config.accounts.map(({ name }) => name),
    (name) => health.get(name).state,
  );
  const directory = createAgentDirectory(accounts, {
    config,
    clock,
    onReport: (report) => {
      health.recordReport(report);
      sourceObserver.sourceReported(report);
    },
    shutdownSignal: fleet.shutdownSignal,
    metrics: createDirectoryObserver(metrics, logger, clock),
    onUnexpectedError,
  });
  return {
    accounts,
    adapters: accounts.map(({ adapter }) => adapter),
    directory,
    health,
    sourceObserver,
    yielder: createEventLoopYielder(clock),
    close: () => {
      health.close();
      logs.flush();
    },
  };
}
