import type { DirectoryEntry } from '../../src/config/settings.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import { createAgentDiscovery, type DirectoryAccount, type DirectoryReader } from '../../src/directory/discovery.ts';
import type { DiscoveryStore } from '../../src/directory/kept-discoveries.ts';
import type { DiscoveryEnd } from '../../src/directory/ports.ts';
import type { DiscoveredAgent } from '../../src/domain/agent.ts';
import type { Instant } from '../../src/domain/clock.ts';
import { type SourcedResult, type SourceReport, sourceReport } from '../../src/domain/source.ts';
import type { Tracer } from '../../src/domain/trace-span.ts';
import type { CallRecord } from '../../src/http/types.ts';
import type { DataSourceContext } from '../../src/vendors/vendor.ts';
import { type ManualClock, manualClock } from './clock.ts';
import { discoveredAgent, knownAccount } from './directory-fixtures.ts';

/** Returns the agents, or the agents with parts of their report. */
export type Discover = (context: DataSourceContext) => Promise<readonly DiscoveredAgent[] | ReportedAgents>;

export interface ReportedAgents {
  readonly agents: readonly DiscoveredAgent[];
  readonly report: Partial<SourceReport>;
}

/** The cached discovery of an account; null: not cached. */
export type CachedAgentsByAccount = Readonly<Record<string, readonly DiscoveredAgent[] | null>>;

export interface DirectorySetUp {
  readonly clock?: ManualClock;
  /** What survives a restart of the process, by account. */
  readonly stores?: Readonly<Record<string, DiscoveryStore>>;
  readonly tracer?: Tracer;
}

/** A directory over scripted accounts that records discoveries, reports and unexpected errors. */
export function setUp(
  entries: readonly DirectoryEntry[],
  vendors: Readonly<Record<string, Discover | null>>,
  cachedAgents: CachedAgentsByAccount = {},
  { clock = manualClock(), stores = {}, tracer }: DirectorySetUp = {},
) {
  const cacheOf = (name: string) => (stores[name] ? { cache: stores[name] } : {});
  const discoveredAccounts: string[] = [];
  const cacheReads: string[] = [];
  const contexts: DataSourceContext[] = [];
  const reports: SourceReport[] = [];
  const unexpected: unknown[] = [];
  const ends: DiscoveryEnd[] = [];
  const accounts = Object.entries(vendors).map(([name, discover]): DirectoryAccount => {
    const directoryAccount = knownAccount(name);
    const discoverAgents = async (context: DataSourceContext): Promise<SourcedResult<readonly DiscoveredAgent[]>> => {
      discoveredAccounts.push(name);
      contexts.push(context);
      const result = (await discover?.(context)) ?? [];
      const { agents, report } = 'agents' in result ? result : { agents: result, report: {} };
      const provenance = { fetchedAt: clock.now(), servedFrom: 'VENDOR' as const };
      return {
        data: agents,
        sources: [{ ...sourceReport({ account: name, endpoint: 'names' }, [provenance]), ...report }],
      };
    };
    const adapter = {
      account: directoryAccount,
      createDataSource: (context: DataSourceContext) => ({ discover: () => discoverAgents(context) }),
      cachedAgents: () => {
        cacheReads.push(name);
        return Promise.resolve(cachedAgents[name] ?? null);
      },
    } as unknown as DirectoryAccount['adapter'];
    return { ...directoryAccount, adapter, discover: discover !== null, discoverTimeoutMs: 5000, ...cacheOf(name) };
  });
  const discovery = createAgentDiscovery({
    clock,
    maxRequestWaitMs: () => 15_000,
    maxFiles: () => 100,
    shutdownSignal: new AbortController().signal,
    tracer,
    metrics: { discoveryEnded: (end) => ends.push(end) },
    onReport: (report) => reports.push(report),
    onUnexpectedError: (error) => unexpected.push(error),
  });
  const directory = createDirectory({
    entries,
    teams: [],
    accounts: accounts.map((account) => ({ ...account, discovery })),
    clock,
  });
  return { directory, clock, discoveredAccounts, cacheReads, contexts, reports, unexpected, ends, accounts };
}

export function createReader(canAccess: (name: string) => boolean = () => true) {
  const records: CallRecord[] = [];
  const expiries: Instant[] = [];
  const controller = new AbortController();
  const reader: DirectoryReader = {
    canAccess,
    signal: controller.signal,
    record: (call) => records.push(call),
    restrictCache: (at) => expiries.push(at),
  };
  const abort = () => {
    controller.abort(new DOMException('The request took too long', 'TimeoutError'));
  };
  return { ...reader, records, expiries, abort };
}

export const jane = discoveredAgent('9', { name: 'Jane', email: 'jane@x.de' });
export const joe = discoveredAgent('7', { name: 'Joe', email: 'joe@x.de' });
export function discovers(...agents: readonly DiscoveredAgent[]): Discover {
  return () => Promise.resolve(agents);
}

interface NamedAgents {
  readonly agents: readonly { readonly name: string | null }[];
}

/** The names in a view, or in a merged directory. */
export function namesIn(directory: NamedAgents | { readonly view: NamedAgents }) {
  const { agents } = 'view' in directory ? directory.view : directory;
  return agents.map(({ name }) => name);
}
