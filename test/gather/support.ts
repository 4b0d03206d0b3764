import type { DirectoryEntry } from '../../src/config/settings.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import type { VendorName } from '../../src/domain/account.ts';
import type { Agent } from '../../src/domain/agent.ts';
import type { Instant } from '../../src/domain/clock.ts';
import type { Interaction } from '../../src/domain/interaction.ts';
import type { Session, SessionEvent } from '../../src/domain/session.ts';
import { type Answer, type SourceReport, reportOf } from '../../src/domain/source.ts';
import type { StatusPeriod } from '../../src/domain/status-period.ts';
import { DAY } from '../../src/domain/time.ts';
import { VendorError, type VendorErrorCode } from '../../src/domain/vendor-error.ts';
import { type Desk, type Request, openDesk } from '../../src/gather/desk.ts';
import { type HealthBook, createHealthBook } from '../../src/gather/health.ts';
import type { Connection, Sources } from '../../src/vendors/vendor.ts';
import { account as known, entry } from '../directory/support.ts';
import { type ManualClock, manualClock } from '../support/clock.ts';

export const NOW: Instant = Date.parse('2026-11-20T09:30:00Z');

/** The day up to now. */
export const during = { from: NOW - DAY, to: NOW };

export interface FakeAccount {
  readonly name: string;
  readonly vendor: VendorName;
  readonly sources: Sources;
}

/** A house whose vendors are functions, and the way to open a query in it. */
export interface FakeHouse {
  readonly clock: ManualClock;
  readonly health: HealthBook;
  /** Who asks: somebody who may see all, unless it is said otherwise. */
  readonly desk: (mayUse?: (account: string) => boolean) => Desk;
}

export function fakeHouse(entries: readonly DirectoryEntry[], accounts: readonly FakeAccount[]): FakeHouse {
  const clock = manualClock(NOW);
  const health = createHealthBook(clock);
  const connected = accounts.map(({ name, vendor, sources }) => ({
    ...known(name, vendor),
    connection: { account: { name, vendor }, open: () => sources } as unknown as Connection,
    discover: sources.discover !== undefined,
  }));
  const connections = connected.map(({ connection }) => connection);
  const directory = createDirectory({
    entries,
    accounts: connected,
    clock,
    patienceMs: 5000,
    maxFiles: 100,
    onReport: health.note,
    onUnexpected: () => undefined,
  });
  return {
    clock,
    health,
    desk(mayUse = () => true) {
      const request: Request = {
        signal: new AbortController().signal,
        record: () => undefined,
        expires: () => undefined,
        now: clock.now(),
        grantFiles: (wanted) => wanted,
        mayUse,
      };
      return openDesk({ connections, directory, health }, request);
    },
  };
}

/** The only agent of that name in the directory. */
export function agentNamed(desk: Desk, key: string): Agent {
  const agent = desk.house.directory.listed(desk.request).agents.find((one) => one.key === key);
  if (!agent) throw new Error(`there is no ${key}`);
  return agent;
}

/** Jane, who is known to two accounts with these sources, in this order, and to one that knows nothing. */
export function withJane(first: Sources, second: Sources = {}) {
  const accounts = { first: 'jane', second: 'jane', mute: 'jane' };
  const house = fakeHouse(
    [entry('jane', { accounts }), entry('stranger')],
    [
      { name: 'first', vendor: 'KORE', sources: first },
      { name: 'second', vendor: 'LIVEPERSON', sources: second },
      { name: 'mute', vendor: 'VONAGE', sources: {} },
    ],
  );
  const desk = house.desk();
  return { desk, jane: agentNamed(desk, 'jane'), stranger: agentNamed(desk, 'stranger') };
}

export function vendorError(
  account: string,
  code: VendorErrorCode,
  details: ConstructorParameters<typeof VendorError>[3] = {},
): VendorError {
  return new VendorError({ vendor: 'KORE', account, endpoint: 'endpoint' }, code, `${account} says ${code}`, details);
}

export const unknownAgent = (account: string) => () => Promise.reject(vendorError(account, 'NOT_FOUND'));

/** Data that the vendor has just given. */
export function fresh<T>(account: string, data: T, report: Partial<SourceReport> = {}): Answer<T> {
  const provenance = { fetchedAt: NOW, servedFrom: 'VENDOR' as const };
  return { data, sources: [{ ...reportOf({ account, endpoint: 'endpoint' }, [provenance]), ...report }] };
}

export function period(account: string, start: Instant, more: Partial<StatusPeriod> = {}): StatusPeriod {
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
    ...more,
  };
}

export function event(at: Instant, more: Partial<SessionEvent> = {}): SessionEvent {
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
    ...more,
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
