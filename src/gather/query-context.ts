import type { Directory, MergedDirectory } from '../directory/directory.ts';
import type { DirectoryView } from '../directory/merge-agents.ts';
import type { Account } from '../domain/account.ts';
import type { EventLoopYielder } from '../domain/event-loop-yielder.ts';
import { type MaybePromise, rejectThrown } from '../domain/maybe-promise.ts';
import { once } from '../domain/once.ts';
import type { SourceReport } from '../domain/source.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { AccountAdapter, AccountDataSource } from '../vendors/vendor.ts';
import type { AccountsHealth } from './account-health.ts';
import { createPendingReads, type PendingReads } from './pending-reads.ts';
import type { SourceObserver } from './ports.ts';

/** What queries read from, as long as one configuration is in force. */
export interface Services {
  /** In the configuration's order. */
  readonly adapters: readonly AccountAdapter[];
  readonly directory: Directory;
  readonly health: AccountsHealth;
  readonly sourceObserver: SourceObserver;
  /** Shares the event loop among the long computations of all queries. */
  readonly yielder: EventLoopYielder;
}

/** What is known of the agents before discovery. */
export interface ConfiguredDirectory {
  /** The directory as configured, without discovery. */
  readonly configured: DirectoryView;
  /** The accounts that may add discovered agents. */
  readonly discoverableAccounts: ReadonlySet<string>;
}

/**
 * What lives as long as a query; it is the context of every GraphQL resolver. It adds the process's services and the accounts
 * that the caller may use to the request's context. An account's data source is created on first use.
 */
export interface QueryContext extends RequestContext, PendingReads {
  readonly services: Services;
  /** The accounts that the caller may use, in the configuration's order. */
  readonly accounts: readonly Account[];
  /** An account of `accounts`; throws for any other name. */
  readonly account: (name: string) => Account;
  /** Computed once: it is needed to plan a query, and again for each field that looks up agents. */
  readonly configuredDirectory: () => ConfiguredDirectory;
  /** The merged directory, discovery included: resolved once, so that the whole query sees the same agents. */
  readonly allAgents: () => MaybePromise<MergedDirectory>;
  /** Null for an account that does not exist or that the caller may not use. */
  readonly dataSource: (account: string) => AccountDataSource | null;
  /** `ref` names the agent whose data the source was asked for. */
  readonly recordReport: (report: SourceReport, ref: string) => void;
  /** Records the age of an agent's live data, once for each source that contributes to it. */
  readonly recordLiveAge: (report: SourceReport) => void;
  /**
   * Memoises `load` per name and id, such as that of an agent, for this query. Returns the plain value where it is known: the same value may occur thousands of
   * times in a response, and executors allocate several objects for each promise. What `load` throws is a rejection.
   */
  readonly memoize: <T>(name: string, id: string, load: () => MaybePromise<T>) => MaybePromise<T>;
  /**
   * Computes what depends on a view and a filter alone once for this query: its plan and its execution receive the same objects.
   */
  readonly memoizeByFilter: <T>(view: DirectoryView, filter: object, compute: () => T) => T;
}

export function createQueryContext(services: Services, request: RequestContext): QueryContext {
  const accessibleAdapters = new Map(
    services.adapters
      .filter(({ account }) => request.canAccess(account.name))
      .map((adapter) => [adapter.account.name, adapter]),
  );
  const dataSources = new Map<string, AccountDataSource>();
  const reads = createPendingReads();
  const memoize = createMemo(reads);
  /** What is stale or failed may be there again at any time. What is missing of a PARTIAL source is missing in the cached data, too. */
  const restrictReuse = ({ outcome }: SourceReport): void => {
    if (outcome === 'STALE' || outcome === 'FAILED') request.reuse.restrict('shared');
  };
  return {
    ...request,
    ...reads,
    services,
    accounts: [...accessibleAdapters.values()].map((adapter) => adapter.account),
    canAccess: (name) => accessibleAdapters.has(name),
    account(name) {
      const adapter = accessibleAdapters.get(name);
      if (!adapter) throw new Error(`the response refers to account ${name}, which this caller may not use`);
      return adapter.account;
    },
    configuredDirectory: once(() => ({
      configured: services.directory.configured(request),
      discoverableAccounts: services.directory.discoverableAccounts(request),
    })),
    allAgents: () =>
      memoize('allAgents', '', async () => {
        const merged = await services.directory.merged(request);
        for (const report of merged.sources) {
          restrictReuse(report);
          request.onReport?.(report);
        }
        return merged;
      }),
    dataSource(name) {
      const adapter = accessibleAdapters.get(name);
      if (!adapter) return null;
      let dataSource = dataSources.get(name);
      if (!dataSource) dataSources.set(name, (dataSource = adapter.createDataSource(request)));
      return dataSource;
    },
    recordReport: (report, ref) => {
      restrictReuse(report);
      request.onReport?.(report);
      services.health.recordReport(report, ref);
      services.sourceObserver.sourceReported(report);
    },
    recordLiveAge: ({ account, endpoint, fetchedAt }) => {
      if (fetchedAt !== null)
        services.sourceObserver.liveDataServed({ account, endpoint }, Math.max(0, request.now - fetchedAt));
    },
    memoize,
    memoizeByFilter: createFilterMemo(),
  };
}

function createMemo({ readStarted, readEnded }: PendingReads): QueryContext['memoize'] {
  /** By name, then by id: both are long-lived texts, where one text of both would be made, and hashed, for each field of a response. */
  const valuesByName = new Map<string, Map<string, unknown>>();
  return <T>(name: string, id: string, load: () => MaybePromise<T>) => {
    const values = valuesByName.get(name) ?? new Map<string, unknown>();
    if (values.size === 0) valuesByName.set(name, values);
    if (values.has(id)) return values.get(id) as MaybePromise<T>;
    const pending = rejectThrown(load);
    values.set(id, pending);
    if (!(pending instanceof Promise)) return pending;
    readStarted();
    // The caller handles a rejection; the rejected promise stays memoised.
    pending.then((value) => {
      values.set(id, value);
      readEnded();
    }, readEnded);
    return pending;
  };
}

function createFilterMemo(): QueryContext['memoizeByFilter'] {
  let valuesByFilter: Map<object, Map<DirectoryView, unknown>> | undefined;
  return <T>(view: DirectoryView, filter: object, compute: () => T) => {
    valuesByFilter ??= new Map();
    const values = valuesByFilter.get(filter) ?? new Map<DirectoryView, unknown>();
    if (values.has(view)) return values.get(view) as T;
    const value = compute();
    valuesByFilter.set(filter, values.set(view, value));
    return value;
  };
}
