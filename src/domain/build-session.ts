import type { Instant } from './clock.ts';
import { sortEvents } from './session-events.ts';
import { firstEventAt, lastEventAt, type Session, type SessionEvent } from './session.ts';
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
 * without a login or logout event has none, and one that does not end with a logout is not known to be over.
 */
export function buildSession(identity: SessionIdentity, parts: readonly SessionPart[]): Session {
  const { account, ref, vendorSessionId } = identity;
  const events = sortEvents(parts.flatMap((part) => part.events));
  const logoutIndex = events.findLastIndex((event) => event.type === 'LOGOUT');
  const typesAfterLogout = new Set(events.slice(logoutIndex + 1).map((event) => event.type));
  const engagements = events.flatMap((event) => event.concurrentEngagements ?? []);
  return {
    account,
    ref,
    vendorSessionId,
    loginAt: events.find((event) => event.type === 'LOGIN')?.at ?? null,
    // A login after the last logout starts the session again.
    logoutAt: typesAfterLogout.has('LOGIN') ? null : (events[logoutIndex]?.at ?? null),
    state:
      logoutIndex < 0 || typesAfterLogout.has('LOGIN') || typesAfterLogout.has('STATUS_CHANGE') ? 'UNKNOWN' : 'CLOSED',
    events,
    statusPeriods: buildStatusPeriods(identity, events),
    peakConcurrentEngagements: engagements.length === 0 ? null : engagements.reduce((a, b) => Math.max(a, b)),
    groupId: latestValue(parts.flatMap((part) => part.group ?? [])),
    profileIds: latestValue(parts.flatMap((part) => part.profiles ?? [])) ?? [],
  };
}

/**
 * Builds the status periods of one session's sorted events. A period starts with a change to a different status only. It ends
 * with the next such change or a logout; also with another login, since the status after it is unknown until the next change.
 */
function buildStatusPeriods(identity: SessionIdentity, events: readonly SessionEvent[]): readonly StatusPeriod[] {
  const periods: StatusPeriod[] = [];
  let openEvent: SessionEvent | null = null;
  const closePeriod = (end: Instant | null) => {
    if (openEvent) periods.push(toStatusPeriod(identity, openEvent, end));
    openEvent = null;
  };
  for (const event of events) {
    if (event.type === 'LOGIN' || event.type === 'LOGOUT') closePeriod(event.at);
    if (event.type !== 'STATUS_CHANGE' || event.vendorStatus === vendorStatusOf(openEvent)) continue;
    closePeriod(event.at);
    openEvent = event;
  }
  closePeriod(null);
  return periods;
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
