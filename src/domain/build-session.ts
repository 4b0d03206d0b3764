import type { Instant } from './clock.ts';
import { sortEvents } from './session-events.ts';
import { firstEventAt, lastEventAt, type Session, type SessionEvent, type SessionEventType } from './session.ts';
import { isStepEnd } from './sort-in-steps.ts';
import { byStart, type StatusPeriod } from './status-period.ts';
import { overlaps, type TimeRange } from './time.ts';

/** A value as of an instant. */
export interface Timestamped<T> {
  readonly at: Instant;
  readonly value: T;
}

/** The part of a session that one source reports: all of it or a piece, which may overlap with others. */
export interface SessionPart {
  readonly events: readonly SessionEvent[];
  readonly group: Timestamped<string> | null;
  readonly profiles: Timestamped<readonly string[]> | null;
}

/** Identifies a session, and maps a vendor status to its label. */
export interface SessionIdentity {
  readonly account: string;
  readonly ref: string;
  readonly vendorSessionId: string;
  /** When the last of the requests that reported a part of it was sent. */
  readonly observedAt: Instant;
  readonly label: (vendorStatus: string) => string | null;
}

/**
 * Builds a session from its parts, in any order and number, with at least one event in total. Nothing is invented: a session
 * without a login or logout event has none, and one that does not end with a logout is not known to be over. A session may have
 * very many events, so the work is done in steps of less than a millisecond.
 */
export function* buildSession(identity: SessionIdentity, parts: readonly SessionPart[]): Generator<undefined, Session> {
  const { account, ref, vendorSessionId } = identity;
  const events = yield* sortEvents(parts.flatMap((part) => part.events));
  const summary = createSessionSummary();
  const periods = createStatusPeriods(identity);
  for (const [index, event] of events.entries()) {
    if (isStepEnd(index)) yield;
    summary.add(event);
    periods.add(event);
  }
  return {
    account,
    ref,
    vendorSessionId,
    ...summary.result(),
    events,
    statusPeriods: periods.result(),
    groupId: latestValue(parts.flatMap((part) => part.group ?? [])),
    profileIds: latestValue(parts.flatMap((part) => part.profiles ?? [])) ?? [],
  };
}

/** Determines the login, the logout, the state and the peak of one session from its sorted events. */
function createSessionSummary() {
  let loginAt: Instant | null = null;
  let lastLogoutAt: Instant | null = null;
  let peak: number | null = null;
  const typesAfterLogout = new Set<SessionEventType>();
  return {
    add({ type, at, concurrentEngagements }: SessionEvent): void {
      if (type === 'LOGIN') loginAt ??= at;
      if (type === 'LOGOUT') {
        lastLogoutAt = at;
        typesAfterLogout.clear();
      } else typesAfterLogout.add(type);
      if (concurrentEngagements !== null) peak = Math.max(peak ?? concurrentEngagements, concurrentEngagements);
    },
    result(): Pick<Session, 'loginAt' | 'logoutAt' | 'state' | 'peakConcurrentEngagements'> {
      // A login after the last logout starts the session again.
      const goesOn = typesAfterLogout.has('LOGIN');
      return {
        loginAt,
        logoutAt: goesOn ? null : lastLogoutAt,
        state: lastLogoutAt === null || goesOn || typesAfterLogout.has('STATUS_CHANGE') ? 'UNKNOWN' : 'CLOSED',
        peakConcurrentEngagements: peak,
      };
    },
  };
}

/**
 * Builds the status periods of one session's sorted events. A period starts with a change to a different status only. It ends
 * with the next such change or a logout; also with another login, since the status after it is unknown until the next change.
 */
function createStatusPeriods(identity: SessionIdentity) {
  const periods: StatusPeriod[] = [];
  let openEvent: SessionEvent | null = null;
  const closePeriod = (end: Instant | null) => {
    if (openEvent) periods.push(toStatusPeriod(identity, openEvent, end));
    openEvent = null;
  };
  return {
    add(event: SessionEvent): void {
      if (event.type === 'LOGIN' || event.type === 'LOGOUT') closePeriod(event.at);
      if (event.type !== 'STATUS_CHANGE' || event.vendorStatus === vendorStatusOf(openEvent)) return;
      closePeriod(event.at);
      openEvent = event;
    },
    result(): readonly StatusPeriod[] {
      closePeriod(null);
      return periods;
    },
  };
}

function vendorStatusOf(event: SessionEvent | null): string | null {
  return event?.vendorStatus ?? null;
}

function toStatusPeriod(identity: SessionIdentity, startEvent: SessionEvent, end: Instant | null): StatusPeriod {
  return {
    account: identity.account,
    ref: identity.ref,
    sessionId: identity.vendorSessionId,
    status: startEvent.status,
    label: identity.label(startEvent.vendorStatus),
    vendorStatus: startEvent.vendorStatus,
    start: startEvent.at,
    end,
    // Without a logout, the last status may still hold, or its end may be unrecorded.
    isOngoing: end === null ? null : false,
    observedAt: identity.observedAt,
  };
}

/** Returns the most recent value; of several with the same time, the same one whatever their order. */
function latestValue<T>(entries: readonly Timestamped<T>[]): T | null {
  const latestAt = entries.reduce((max, entry) => Math.max(max, entry.at), -Infinity);
  const tied = entries.filter(({ at }) => at === latestAt).map(({ value }) => ({ value, text: String(value) }));
  return tied.reduce<(typeof tied)[number] | null>((a, b) => (a && a.text >= b.text ? a : b), null)?.value ?? null;
}

/** Returns the sessions whose span of events overlaps the range, by their first event. */
export function sessionsDuring(sessions: readonly Session[], during: TimeRange): readonly Session[] {
  return sessions
    .filter((session) => overlaps(during, firstEventAt(session), lastEventAt(session)))
    .sort((a, b) => firstEventAt(a) - firstEventAt(b) || (a.vendorSessionId < b.vendorSessionId ? -1 : 1));
}

/** Returns the status periods of all sessions that overlap the range, by start. */
export function statusPeriodsDuring(sessions: readonly Session[], during: TimeRange): readonly StatusPeriod[] {
  return sessions
    .flatMap((session) => session.statusPeriods)
    .filter((period) => overlaps(during, period.start, period.end))
    .sort(byStart);
}
