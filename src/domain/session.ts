import type { Instant } from './clock.ts';
import type { AgentStatus, StatusPeriod } from './status-period.ts';

export type SessionState = 'CLOSED' | 'OPEN' | 'UNKNOWN';
export type SessionEventType = 'LOGIN' | 'LOGOUT' | 'STATUS_CHANGE' | 'UNKNOWN';

/** An event of a session. */
export interface SessionEvent {
  readonly type: SessionEventType;
  /** The type as sent; empty where none was sent. Distinguishes unknown types. */
  readonly vendorType: string;
  readonly at: Instant;
  readonly status: AgentStatus;
  readonly vendorStatus: string;
  readonly previousVendorStatus: string | null;
  readonly concurrentEngagements: number | null;
  readonly previousConcurrentEngagements: number | null;
  readonly maxConcurrentEngagements: number | null;
}

/** An agent's session, from login to logout. */
export interface Session {
  /** The account's name. */
  readonly account: string;
  /** The agent's reference there. */
  readonly ref: string;
  readonly vendorSessionId: string;
  readonly loginAt: Instant | null;
  readonly logoutAt: Instant | null;
  readonly state: SessionState;
  /** By time; at least one. */
  readonly events: readonly SessionEvent[];
  readonly statusPeriods: readonly StatusPeriod[];
  readonly peakConcurrentEngagements: number | null;
  readonly groupId: string | null;
  readonly profileIds: readonly string[];
}

/** Returns the time of a session's first event. */
export function firstEventAt(session: Session): Instant {
  return session.events[0]?.at ?? session.loginAt ?? 0;
}

/** Returns the time of a session's last event. */
export function lastEventAt(session: Session): Instant {
  return session.events.at(-1)?.at ?? session.logoutAt ?? 0;
}
