import type { DirectoryEntry } from '../../src/config/settings.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import type { DirectoryAccount, DirectoryReader } from '../../src/directory/discovery.ts';
import type { DiscoveredAgent } from '../../src/domain/agent.ts';
import type { Instant } from '../../src/domain/clock.ts';
import { type SourcedResult, type SourceReport, sourceReport } from '../../src/domain/source.ts';
import type { CallRecord } from '../../src/http/types.ts';
import type { DataSourceContext } from '../../src/vendors/vendor.ts';
import { manualClock } from './clock.ts';
import { discoveredAgent, knownAccount } from './directory-fixtures.ts';

export type Discover = (context: DataSourceContext) => Promise<readonly DiscoveredAgent[]>;

/** The cached discovery of an account; null: not cached. */
export type CachedAgentsByAccount = Readonly<Record<string, readonly DiscoveredAgent[] | null>>;

/** A directory over scripted accounts that records discoveries, reports and unexpected errors. */
export function setUp(
  entries: readonly DirectoryEntry[],
  vendors: Readonly<Record<string, Discover | null>>,
  cachedAgents: CachedAgentsByAccount = {},
) {
  const clock = manualClock();
  const discoveredAccounts: string[] = [];
  const cacheReads: string[] = [];
  const contexts: DataSourceContext[] = [];
  const reports: SourceReport[] = [];
  const unexpected: unknown[] = [];
  const accounts = Object.entries(vendors).map(([name, discover]): DirectoryAccount => {
    const directoryAccount = knownAccount(name);
    const discoverAgents = async (context: DataSourceContext): Promise<SourcedResult<readonly DiscoveredAgent[]>> => {
      discoveredAccounts.push(name);
      contexts.push(context);
      const data = await discover?.(context);
      const provenance = { fetchedAt: clock.now(), servedFrom: 'VENDOR' as const };
      return { data: data ?? [], sources: [sourceReport({ account: name, endpoint: 'names' }, [provenance])] };
    };
    const adapter = {
      account: directoryAccount,
      createDataSource: (context: DataSourceContext) => ({ discover: () => discoverAgents(context) }),
      cachedAgents: () => {
        cacheReads.push(name);
        return Promise.resolve(cachedAgents[name] ?? null);
      },
    } as unknown as DirectoryAccount['adapter'];
    return { ...directoryAccount, adapter, discover: discover !== null };
  });
  const directory = createDirectory({
    entries,
    accounts,
    clock,
    discoveryTimeoutMs: 5000,
    maxFiles: 100,
    onReport: (report) => reports.push(report),
    onUnexpectedError: (error) => unexpected.push(error),
  });
  return { directory, clock, discoveredAccounts, cacheReads, contexts, reports, unexpected, accounts };
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

export function namesIn({ agents }: { readonly agents: readonly { readonly name: string | null }[] }) {
  return agents.map(({ name }) => name);
}
