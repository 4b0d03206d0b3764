import pLimit from 'p-limit';
import type { CacheNamespace } from '../../cache/cache.ts';
import type { Account } from '../../domain/account.ts';
import type { DiscoveredAgent } from '../../domain/agent.ts';
import { sessionsDuring, statusPeriodsDuring } from '../../domain/build-session.ts';
import { toCallTarget } from '../../domain/call-target.ts';
import type { Instant } from '../../domain/clock.ts';
import type { Session } from '../../domain/session.ts';
import { type Provenance, type SourcedResult, sourceReport, type SourceReport } from '../../domain/source.ts';
import type { StatusPeriod } from '../../domain/status-period.ts';
import type { TimeRange } from '../../domain/time.ts';
import type { CallPriority } from '../../http/types.ts';
import { type DataGap, mergeDataGaps, toVendorError } from '../data-gap.ts';
import { rangePriority } from '../range-priority.ts';
import type { AccountDataSource, DataSourceContext } from '../vendor.ts';
import { type Checksummed, isIntact, withChecksum } from './checksum.ts';
import { LIST_ENDPOINT } from './client.ts';
import { type CollectedFiles, collectFiles } from './collect-files.ts';
import { encryptedLoginGaps, notYetWrittenGap, retentionGap } from './data-gaps.ts';
import { toDiscoveredAgents } from './discovery.ts';
import { createLoaders, type LivePersonDeps, type Loaders } from './loaders.ts';
import { isLoginName } from './map.ts';
import { computeCoverage, type Coverage, discoveryWindows, uncoveredParts, type WindowRules } from './window.ts';

/** Creates the data source of one query. It has no current status, because files are generated hours after the events. */
export function createDataSource(deps: LivePersonDeps, request: DataSourceContext): AccountDataSource {
  const readSessions = createSessionReader(deps, request);
  const returned = new Map<string, Set<readonly Session[]>>();
  let discovery: Promise<SourcedResult<readonly DiscoveredAgent[]>> | undefined;

  async function querySessions<T>(
    ref: string,
    during: TimeRange,
    select: (sessions: readonly Session[], during: TimeRange) => readonly T[],
  ): Promise<SourcedResult<readonly T[]>> {
    const { data, sources } = await readSessions(ref, during);
    returned.set(ref, (returned.get(ref) ?? new Set()).add(data));
    return { data: select(data, during), sources };
  }

  return {
    statusPeriods: (ref, during) => querySessions(ref, during, statusPeriodsDuring),
    sessions: (ref, during) => querySessions(ref, during, sessionsDuring),
    findSession: (period) => findSession(returned.get(period.ref) ?? [], period),
    ...(deps.config.discover && { discover: () => (discovery ??= discoverAgents(deps, request)) }),
  };
}

function findSession(returned: Iterable<readonly Session[]>, period: StatusPeriod): Session | null {
  for (const sessions of returned) {
    const session = sessions.find(
      ({ vendorSessionId, statusPeriods }) => vendorSessionId === period.sessionId && statusPeriods.includes(period),
    );
    if (session) return session;
  }
  return null;
}

type SessionReader = (ref: string, during: TimeRange) => Promise<SourcedResult<readonly Session[]>>;

type CollectWindows = (windows: readonly TimeRange[], priority: CallPriority) => Promise<CollectedFiles>;

/**
 * Creates a function that collects the files of each set of windows once in a query. A live read does not wait for calls of a past
 * one, because these yield to those of all live reads.
 */
function createWindowCollector(deps: LivePersonDeps, request: DataSourceContext): CollectWindows {
  let loaders: Readonly<Record<CallPriority, Loaders>> | undefined;
  const collections = new Map<string, { readonly files: Promise<CollectedFiles>; yieldsToLiveCalls: boolean }>();

  /** With the first read: a discovery reads no sessions, and its signal, on which a lease listens, lives as long as the process. */
  function startReading(): Readonly<Record<CallPriority, Loaders>> {
    const lease = deps.contentMemory.leaseOf(request);
    return {
      live: createLoaders(deps, request, lease),
      past: createLoaders(deps, { ...request, priority: 'past' }, lease),
    };
  }

  return (windows, priority) => {
    loaders ??= startReading();
    const key = windows.map(({ from, to }) => `${from}-${to}`).join();
    const known = collections.get(key);
    if (known && (priority === 'past' || !known.yieldsToLiveCalls)) return known.files;
    const files = collectFiles(loaders[priority], windows);
    const collection = { files, yieldsToLiveCalls: priority === 'past' };
    const stopYielding = () => {
      collection.yieldsToLiveCalls = false;
    };
    files.then(stopYielding, stopYielding);
    collections.set(key, collection);
    return files;
  };
}

/**
 * Creates a reader of an agent's sessions. The calls of a past range yield to those that wallboards wait for, also where its files
 * are still being generated.
 */
function createSessionReader(deps: LivePersonDeps, request: DataSourceContext): SessionReader {
  const collect = createWindowCollector(deps, request);
  /** Sessions and status periods of the same range are read once. */
  const reads = new Map<string, Promise<SourcedResult<readonly Session[]>>>();
  // One agent at a time, so that other queries' agents have their turns in between.
  const limitReads = pLimit(1);

  async function read(ref: string, during: TimeRange): Promise<SourcedResult<readonly Session[]>> {
    const coverage = computeCoverage(during, request.now, deps.config);
    if (coverage.constantUntil <= request.now) request.preventReuse?.();
    else request.restrictCache(coverage.constantUntil);
    const priority = rangePriority(during.to, request.now);
    const { contents, fileSet, provenance, gaps } = await collect(coverage.windows, priority);
    const encrypted = isLoginName(ref, contents) ? encryptedLoginGaps(contents) : [];
    const expired = coverage.expired ? [retentionGap(deps.config.retentionDays)] : [];
    // Last, because other gaps do not close by themselves.
    const unwritten = coverage.to < during.to ? [notYetWrittenGap(during, coverage.writtenUntil)] : [];
    const report = createReport(deps.account, provenance, [...gaps, ...encrypted, ...expired, ...unwritten], {
      coveredFrom: coverage.from,
      coveredTo: coverage.writtenUntil,
      // What a missing file has may be of any time.
      ...(gaps.length + encrypted.length === 0 && {
        incompleteDuring: uncoveredParts(during, {
          ...coverage,
          to: listedTo(during, coverage, provenance, deps.config),
        }),
      }),
    });
    const data = await limitReads(() => deps.keptContent.sessions(ref, fileSet, during));
    return { data, sources: [report] };
  }

  return (ref, during) => {
    const key = `${during.from} ${during.to} ${ref}`;
    const reading = reads.get(key) ?? read(ref, during);
    reads.set(key, reading);
    return reading;
  };
}

/** Until when the range is covered by what was read: a list from before the vendor failed lacks the files of the time since. */
function listedTo(
  during: TimeRange,
  coverage: Coverage,
  provenance: readonly Provenance[],
  rules: WindowRules,
): Instant {
  const stale = provenance.filter(({ staleReason }) => staleReason !== undefined);
  return stale.reduce((to, { fetchedAt }) => Math.min(to, computeCoverage(during, fetchedAt, rules).to), coverage.to);
}

async function discoverAgents(
  deps: LivePersonDeps,
  request: DataSourceContext,
): Promise<SourcedResult<readonly DiscoveredAgent[]>> {
  const directory = await deps.cache.read(directoryNamespace, null, request, async (context) => {
    const lease = deps.contentMemory.createLease(context);
    const loaders = createLoaders(deps, { ...request, ...context }, lease);
    const collected = await collectFiles(loaders, discoveryWindows(request.now, deps.config)).finally(lease.end);
    const ttlSeconds =
      collected.gaps.length === 0 ? deps.ttl.directory : Math.min(deps.ttl.directory, deps.ttl.statusLive);
    const agents = await toDiscoveredAgents(collected.contents, deps.yielder);
    const value = withChecksum({ agents, gaps: collected.gaps });
    // To store thousands of agents is another slice, and so is what the directory does with them.
    await deps.yielder.yieldIfDue();
    return { value, ttlSeconds };
  });
  await deps.yielder.yieldIfDue();
  const report = createReport(deps.account, [directory], directory.value.gaps);
  return { data: directory.value.agents, sources: [report] };
}

function createReport(
  account: Account,
  provenance: readonly Provenance[],
  gaps: readonly DataGap[],
  coverage: Partial<Pick<SourceReport, 'coveredFrom' | 'coveredTo' | 'incompleteDuring'>> = {},
): SourceReport {
  const target = toCallTarget(account, LIST_ENDPOINT);
  const gap = mergeDataGaps(gaps);
  return sourceReport(target, provenance, { error: gap && toVendorError(gap, target), ...coverage });
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
