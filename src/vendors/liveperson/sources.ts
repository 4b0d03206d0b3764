import type { Cached, Space } from '../../cache/cache.ts';
import type { DiscoveredAgent } from '../../domain/agent.ts';
import type { Session } from '../../domain/session.ts';
import { sessionsDuring, statusPeriodsDuring } from '../../domain/sessions.ts';
import { type Answer, reportOf, type SourceReport } from '../../domain/source.ts';
import type { StatusPeriod } from '../../domain/status-period.ts';
import type { TimeRange } from '../../domain/time.ts';
import type { QueryScope, Sources } from '../vendor.ts';
import { type Checked, isIntact, withChecksum } from './checksum.ts';
import { LIST } from './client.ts';
import { agentsIn } from './discovery.ts';
import { errorOf, type Gap, gapOfEncryptedLogins, gapOfRetention } from './gaps.ts';
import { harvest, type Harvest } from './harvest.ts';
import { createLoaders, type LivePersonAccount } from './loaders.ts';
import { isLogin, sessionsOf } from './map.ts';
import { coverageOf, windowsOfDiscovery } from './window.ts';

/** What LivePerson can tell within one query. There is no current status: files come hours after what they tell of. */
export function createSources(lp: LivePersonAccount, query: QueryScope): Sources {
  const loaders = createLoaders(lp, query);
  const at = { account: lp.account.name, endpoint: LIST };
  const target = { vendor: lp.account.vendor, ...at };
  const harvests = new Map<string, Promise<Harvest>>();
  let discovered: Promise<Answer<readonly DiscoveredAgent[]>> | undefined;
  const sessionByPeriod = new WeakMap<StatusPeriod, Session>();

  function harvestOf(windows: readonly TimeRange[]): Promise<Harvest> {
    const key = windows.map(({ from, to }) => `${from}-${to}`).join();
    const begun = harvests.get(key) ?? harvest(loaders, windows);
    harvests.set(key, begun);
    return begun;
  }

  async function tell<T>(
    ref: string,
    during: TimeRange,
    select: (sessions: readonly Session[], during: TimeRange) => readonly T[],
  ): Promise<Answer<readonly T[]>> {
    const coverage = coverageOf(during, query.now, lp.config);
    const { contents, parts, gaps } = await harvestOf(coverage.windows);
    const unread = isLogin(ref, contents) ? gapOfEncryptedLogins(contents) : [];
    const gone = coverage.expired ? [gapOfRetention(lp.config.retentionDays)] : [];
    const error = errorOf([...gaps, ...unread, ...gone], target);
    const report = reportOf(at, parts, { error, coveredFrom: coverage.from, coveredTo: coverage.to });
    const sessions = sessionsOf(lp.account.name, ref, contents);
    for (const session of sessions) for (const period of session.statusPeriods) sessionByPeriod.set(period, session);
    return { data: select(sessions, during), sources: [report] };
  }

  async function lookForAgents(): Promise<Answer<readonly DiscoveredAgent[]>> {
    const directory = await lp.cache.read(directorySpace, null, query, async (scope) => {
      const windows = windowsOfDiscovery(query.now, lp.config);
      const found = await harvest(createLoaders(lp, { ...query, ...scope }), windows);
      const ttlSeconds = found.gaps.length === 0 ? lp.ttl.directory : Math.min(lp.ttl.directory, lp.ttl.statusLive);
      return { value: withChecksum({ agents: agentsIn(found.contents), gaps: found.gaps }), ttlSeconds };
    });
    return { data: directory.value.agents, sources: [reportOnDirectory(directory)] };
  }

  function reportOnDirectory(directory: Cached<Directory>): SourceReport {
    return reportOf(at, [directory], { error: errorOf(directory.value.gaps, target) });
  }

  return {
    statusPeriods: (ref, during) => tell(ref, during, statusPeriodsDuring),
    sessions: (ref, during) => tell(ref, during, sessionsDuring),
    sessionOf: (period) => sessionByPeriod.get(period) ?? null,
    ...(lp.config.discover && { discover: () => (discovered ??= lookForAgents()) }),
  };
}

/** The agents whom the cache knows already; null when the files would have to be looked through. */
export async function recall(lp: LivePersonAccount): Promise<readonly DiscoveredAgent[] | null> {
  const [kept] = await lp.cache.peek(directorySpace, [null]);
  return kept?.value?.agents ?? null;
}

interface Directory {
  readonly agents: readonly DiscoveredAgent[];
  readonly gaps: readonly Gap[];
}

export const directorySpace: Space<null, Checked<Directory>> = {
  endpoint: LIST,
  version: 2,
  canonical: () => ['agents'],
  isValue: (value): value is Checked<Directory> => isIntact(value, ['agents', 'gaps']),
};
