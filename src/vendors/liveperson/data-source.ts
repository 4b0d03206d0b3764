import type { CachedValue, CacheNamespace } from '../../cache/cache.ts';
import type { DiscoveredAgent } from '../../domain/agent.ts';
import type { Session } from '../../domain/session.ts';
import { sessionsDuring, statusPeriodsDuring } from '../../domain/build-session.ts';
import { type SourcedResult, sourceReport, type SourceReport } from '../../domain/source.ts';
import type { StatusPeriod } from '../../domain/status-period.ts';
import type { TimeRange } from '../../domain/time.ts';
import type { VendorError } from '../../domain/vendor-error.ts';
import { type DataGap, mergeDataGaps, toVendorError } from '../data-gap.ts';
import type { DataSourceContext, AccountDataSource } from '../vendor.ts';
import { type Checksummed, isIntact, withChecksum } from './checksum.ts';
import { LIST_ENDPOINT } from './client.ts';
import { toDiscoveredAgents } from './discovery.ts';
import { encryptedLoginGaps, retentionGap } from './data-gaps.ts';
import { collectFiles, type CollectedFiles } from './collect-files.ts';
import { createLoaders, type LivePersonDeps } from './loaders.ts';
import { isLoginName, toSessions } from './map.ts';
import { computeCoverage, discoveryWindows } from './window.ts';

/** Creates the data source of one query. It has no current status, because files are generated hours after the events. */
export function createDataSource(deps: LivePersonDeps, request: DataSourceContext): AccountDataSource {
  const loaders = createLoaders(deps, request);
  const at = { account: deps.account.name, endpoint: LIST_ENDPOINT };
  const target = { vendor: deps.account.vendor, ...at };
  const collections = new Map<string, Promise<CollectedFiles>>();
  let discovery: Promise<SourcedResult<readonly DiscoveredAgent[]>> | undefined;
  const sessionByPeriod = new WeakMap<StatusPeriod, Session>();

  function collectOnce(windows: readonly TimeRange[]): Promise<CollectedFiles> {
    const key = windows.map(({ from, to }) => `${from}-${to}`).join();
    const collecting = collections.get(key) ?? collectFiles(loaders, windows);
    collections.set(key, collecting);
    return collecting;
  }

  function toSourceError(gaps: readonly DataGap[]): VendorError | null {
    const gap = mergeDataGaps(gaps);
    return gap && toVendorError(gap, target);
  }

  async function querySessions<T>(
    ref: string,
    during: TimeRange,
    select: (sessions: readonly Session[], during: TimeRange) => readonly T[],
  ): Promise<SourcedResult<readonly T[]>> {
    const coverage = computeCoverage(during, request.now, deps.config);
    const { contents, provenance, gaps } = await collectOnce(coverage.windows);
    const encrypted = isLoginName(ref, contents) ? encryptedLoginGaps(contents) : [];
    const expired = coverage.expired ? [retentionGap(deps.config.retentionDays)] : [];
    const error = toSourceError([...gaps, ...encrypted, ...expired]);
    const report = sourceReport(at, provenance, { error, coveredFrom: coverage.from, coveredTo: coverage.to });
    const sessions = toSessions(deps.account.name, ref, contents);
    for (const session of sessions) for (const period of session.statusPeriods) sessionByPeriod.set(period, session);
    return { data: select(sessions, during), sources: [report] };
  }

  async function discoverAgents(): Promise<SourcedResult<readonly DiscoveredAgent[]>> {
    const directory = await deps.cache.read(directoryNamespace, null, request, async (context) => {
      const windows = discoveryWindows(request.now, deps.config);
      const collected = await collectFiles(createLoaders(deps, { ...request, ...context }), windows);
      const ttlSeconds =
        collected.gaps.length === 0 ? deps.ttl.directory : Math.min(deps.ttl.directory, deps.ttl.statusLive);
      return {
        value: withChecksum({ agents: toDiscoveredAgents(collected.contents), gaps: collected.gaps }),
        ttlSeconds,
      };
    });
    return { data: directory.value.agents, sources: [directoryReport(directory)] };
  }

  function directoryReport(directory: CachedValue<CachedDirectory>): SourceReport {
    return sourceReport(at, [directory], { error: toSourceError(directory.value.gaps) });
  }

  return {
    statusPeriods: (ref, during) => querySessions(ref, during, statusPeriodsDuring),
    sessions: (ref, during) => querySessions(ref, during, sessionsDuring),
    findSession: (period) => sessionByPeriod.get(period) ?? null,
    ...(deps.config.discover && { discover: () => (discovery ??= discoverAgents()) }),
  };
}

/** Returns the agents of a cached discovery; null when the files would have to be read. */
export async function cachedAgents(deps: LivePersonDeps): Promise<readonly DiscoveredAgent[] | null> {
  const [cached] = await deps.cache.peek(directoryNamespace, [null]);
  return cached?.value?.agents ?? null;
}

interface CachedDirectory {
  readonly agents: readonly DiscoveredAgent[];
  readonly gaps: readonly DataGap[];
}

export const directoryNamespace: CacheNamespace<null, Checksummed<CachedDirectory>> = {
  endpoint: LIST_ENDPOINT,
  version: 3,
  keyParts: () => ['agents'],
  isValid: (value): value is Checksummed<CachedDirectory> => isIntact(value, ['agents', 'gaps']),
};
