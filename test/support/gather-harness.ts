import type { DirectoryEntry } from '../../src/config/settings.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import { createAgentDiscovery } from '../../src/directory/discovery.ts';
import type { VendorName } from '../../src/domain/account.ts';
import type { Agent } from '../../src/domain/agent.ts';
import type { Instant } from '../../src/domain/clock.ts';
import { createEventLoopYielder } from '../../src/domain/event-loop-yielder.ts';
import type { Interaction } from '../../src/domain/interaction.ts';
import type { Session, SessionEvent } from '../../src/domain/session.ts';
import { type SourcedResult, type SourceReport, sourceReport } from '../../src/domain/source.ts';
import type { StatusPeriod } from '../../src/domain/status-period.ts';
import type { Team } from '../../src/domain/team.ts';
import { DAY } from '../../src/domain/time.ts';
import { VendorError, type VendorErrorCode } from '../../src/domain/vendor-error.ts';
import { type AccountHealthTracker, createAccountHealthTracker } from '../../src/gather/account-health.ts';
import type { SourceObserver } from '../../src/gather/ports.ts';
import { createQueryContext, type QueryContext } from '../../src/gather/query-context.ts';
import { anonymousCaller } from '../../src/request/caller.ts';
import { createRequestContext } from '../../src/request/request-context.ts';
import type { AccountAdapter, AccountDataSource } from '../../src/vendors/vendor.ts';
import { type ManualClock, manualClock } from './clock.ts';
import { directoryEntry, knownAccount } from './directory-fixtures.ts';

export const NOW: Instant = Date.parse('2026-11-20T09:30:00Z');

/** The 24 hours before NOW. */
export const during = { from: NOW - DAY, to: NOW };

export interface FakeAccount {
  readonly name: string;
  readonly vendor: VendorName;
  readonly sources: AccountDataSource;
}

/** Services whose vendors are functions, and a factory for query contexts. */
export interface FakeServices {
  readonly clock: ManualClock;
  readonly health: AccountHealthTracker;
  /** The reports of all queries. */
  readonly reports: readonly SourceReport[];
  /** The ages of the live data of all queries. */
  readonly liveAges: readonly (readonly [account: string, ageMs: number])[];
  /** The context of a caller who may use every account, unless `canAccess` restricts it. */
  readonly createContext: (canAccess?: (account: string) => boolean) => QueryContext;
}

export function createFakeServices(
  entries: readonly DirectoryEntry[],
  accounts: readonly FakeAccount[],
  teams: readonly Team[] = [],
): FakeServices {
  const clock = manualClock(NOW);
  const health = createAccountHealthTracker({ clock });
  const directoryAccounts = accounts.map(({ name, vendor, sources }) => ({
    ...knownAccount(name, vendor),
    adapter: { account: { name, vendor }, createDataSource: () => sources } as unknown as AccountAdapter,
    discover: sources.discover !== undefined,
    discoverTimeoutMs: 5000,
  }));
  const liveAges: (readonly [account: string, ageMs: number])[] = [];
  const reports: SourceReport[] = [];
  const sourceObserver: SourceObserver = {
    sourceReported: (report) => reports.push(report),
    liveDataServed: ({ account }, ageMs) => liveAges.push([account, ageMs]),
  };
  const yielder = createEventLoopYielder(clock);
  const adapters = directoryAccounts.map(({ adapter }) => adapter);
  const discovery = createAgentDiscovery({
    clock,
    maxRequestWaitMs: () => 15_000,
    maxFiles: () => 100,
    shutdownSignal: new AbortController().signal,
    metrics: { discoveryEnded: () => undefined },
    onReport: (report) => {
      health.recordReport(report);
    },
    onUnexpectedError: () => undefined,
  });
  const directory = createDirectory({
    entries,
    teams,
    accounts: directoryAccounts.map((account) => ({ ...account, discovery })),
    clock,
  });
  return {
    clock,
    health,
    reports,
    liveAges,
    createContext(canAccess = () => true) {
      const request = createRequestContext({
        caller: anonymousCaller,
        requestId: 'r1',
        explain: null,
        disconnectSignal: new AbortController().signal,
        clock,
        limits: { requestTimeoutMs: Infinity, maxFiles: Infinity, maxResponseObjects: Infinity },
      });
      return createQueryContext({ adapters, directory, health, sourceObserver, yielder }, { ...request, canAccess });
    },
  };
}

/** Returns the agent with this key in the directory. */
export function findListedAgent(context: QueryContext, key: string): Agent {
  const agent = context.services.directory.configured(context).agents.find((candidate) => candidate.key === key);
  if (!agent) throw new Error(`no agent with the key ${key}`);
  return agent;
}

/** Jane has two accounts with these data sources, in this order, and one that supports nothing; `unlinked` has none. */
export function withJane(first: AccountDataSource, second: AccountDataSource = {}) {
  const accounts = { first: 'jane', second: 'jane', mute: 'jane' };
  const services = createFakeServices(
    [directoryEntry('jane', { accounts }), directoryEntry('unlinked')],
    [
      { name: 'first', vendor: 'KORE', sources: first },
      { name: 'second', vendor: 'LIVEPERSON', sources: second },
      { name: 'mute', vendor: 'VONAGE', sources: {} },
    ],
  );
  const context = services.createContext();
  return {
    ...services,
    context,
    jane: findListedAgent(context, 'jane'),
    unlinked: findListedAgent(context, 'unlinked'),
  };
}

export function vendorError(
  account: string,
  code: VendorErrorCode,
  details: ConstructorParameters<typeof VendorError>[3] = {},
): VendorError {
  return new VendorError({ vendor: 'KORE', account, endpoint: 'endpoint' }, code, `${account} says ${code}`, details);
}

export function rejectNotFound(account: string) {
  return () => Promise.reject(vendorError(account, 'NOT_FOUND'));
}

/** Data that the vendor has just returned. */
export function freshResult<T>(account: string, data: T, report: Partial<SourceReport> = {}): SourcedResult<T> {
  const provenance = { fetchedAt: NOW, servedFrom: 'VENDOR', call: Symbol('call') } as const;
  return { data, sources: [{ ...sourceReport({ account, endpoint: 'endpoint' }, [provenance]), ...report }] };
}

export function period(account: string, start: Instant, overrides: Partial<StatusPeriod> = {}): StatusPeriod {
  return {
    account,
    ref: 'jane',
    sessionId: null,
    status: 'AVAILABLE',
    label: null,
    vendorStatus: 'AVAILABLE',
    start,
    end: start + 1000,
    isOngoing: false,
    observedAt: NOW,
    ...overrides,
  };
}

export function event(at: Instant, overrides: Partial<SessionEvent> = {}): SessionEvent {
  return {
    type: 'UNKNOWN',
    vendorType: '',
    at,
    status: 'UNKNOWN',
    vendorStatus: '0',
    previousVendorStatus: null,
    concurrentEngagements: null,
    previousConcurrentEngagements: null,
    maxConcurrentEngagements: null,
    ...overrides,
  };
}

export function session(account: string, vendorSessionId: string, start: Instant, end: Instant): Session {
  return {
    account,
    ref: 'jane',
    vendorSessionId,
    loginAt: start,
    logoutAt: end,
    state: 'CLOSED',
    events: [event(start, { type: 'LOGIN' }), event(end, { type: 'LOGOUT' })],
    statusPeriods: [],
    peakConcurrentEngagements: null,
    groupId: null,
    profileIds: [],
  };
}

export function interaction(account: string, guid: string, start: Instant = NOW): Interaction {
  return {
    account,
    ref: 'jane',
    guid,
    type: 'PHONE',
    vendorType: 'PhoneCall',
    direction: 'INBOUND',
    start,
    end: null,
    durationSeconds: null,
    isActive: true,
    channelGuid: null,
  };
}
