import type { Account } from '../domain/account.ts';
import type { SourceReport } from '../domain/source.ts';
import type { DirectoryReader, Directory } from '../directory/directory.ts';
import type { DirectoryView } from '../directory/merge-agents.ts';
import type { AccountAdapter, DataSourceContext, AccountDataSource } from '../vendors/vendor.ts';
import type { AccountHealthTracker } from './account-health.ts';

/** What lasts as long as the process. */
export interface Services {
  /** In the configuration's order. */
  readonly adapters: readonly AccountAdapter[];
  readonly directory: Directory;
  readonly health: AccountHealthTracker;
}

/** Who asks, until when, and what it has cost. */
export type Request = DataSourceContext & DirectoryReader;

/** What lasts as long as a query: the accounts that the caller may use, each opened when it is first needed. */
export interface QueryContext {
  readonly services: Services;
  readonly request: Request;
  readonly accounts: readonly Account[];
  readonly canAccess: (account: string) => boolean;
  readonly account: (name: string) => Account;
  /** Who is who, vendors asked: once for the whole query, so that all of it sees the same agents. */
  readonly allAgents: () => DirectoryView | Promise<DirectoryView>;
  /** Null for an account that does not exist, or not for this caller. */
  readonly dataSource: (account: string) => AccountDataSource | null;
  readonly recordReport: (report: SourceReport) => void;
  /**
   * Finds something out, the first time; then tells it again, without a promise as soon as it is known: an answer may come by
   * the same thing in very many places, and graphql-js makes several objects of each promise.
   */
  readonly memoize: <T>(key: string, load: () => Promise<T>) => T | Promise<T>;
}

export function createQueryContext(services: Services, request: Request): QueryContext {
  const accessibleAdapters = new Map(
    services.adapters
      .filter(({ account }) => request.canAccess(account.name))
      .map((adapter) => [adapter.account.name, adapter]),
  );
  const dataSources = new Map<string, AccountDataSource>();
  const memoize = createMemo();
  return {
    services,
    request,
    accounts: [...accessibleAdapters.values()].map((adapter) => adapter.account),
    canAccess: (name) => accessibleAdapters.has(name),
    account(name) {
      const adapter = accessibleAdapters.get(name);
      if (!adapter) throw new Error('an answer came from an account that this caller may not use');
      return adapter.account;
    },
    allAgents: () => memoize('everybody', () => services.directory.merged(request)),
    dataSource(name) {
      const adapter = accessibleAdapters.get(name);
      if (!adapter) return null;
      let dataSource = dataSources.get(name);
      if (!dataSource) dataSources.set(name, (dataSource = adapter.createDataSource(request)));
      return dataSource;
    },
    recordReport: services.health.recordReport,
    memoize,
  };
}

function createMemo(): QueryContext['memoize'] {
  const settledOrPending = new Map<string, unknown>();
  return <T>(key: string, load: () => Promise<T>) => {
    if (settledOrPending.has(key)) return settledOrPending.get(key) as T | Promise<T>;
    const pending = load();
    settledOrPending.set(key, pending);
    // Whoever asked hears of a failure; it stays one.
    pending.then((value) => settledOrPending.set(key, value)).catch(() => undefined);
    return pending;
  };
}
