import type { Instant } from '../../domain/clock.ts';
import type { SessionEvent, SessionEventType } from '../../domain/session.ts';
import type { Session } from '../../domain/session.ts';
import { type Dated, type SessionPart, sessionOf } from '../../domain/sessions.ts';
import type { AgentStatus } from '../../domain/status-period.ts';
import { type DatedText, type FileContent, type KeptRecord, recordsOf } from './files/content.ts';
import { canonicalLogin } from './references.ts';

// Codes: https://developers.liveperson.com/data-access-api-methods-agent-activity.html
const STATUSES: Readonly<Record<string, AgentStatus>> = { 1: 'OFFLINE', 2: 'AVAILABLE', 3: 'BUSY', 4: 'AWAY' };

/** The one state whose name says more than the status. */
const LABELS: Readonly<Record<string, string>> = { 3: 'Back Soon' };

/** The schema's integers have 32 bits, the vendor's 64. */
const LARGEST_COUNT = 2 ** 31 - 1;

/** The vendor's own code for a state that it does not know. */
const UNKNOWN_STATE = '-1';

/**
 * Code 1 is documented here as "Chat", and in the successor of this API, with the same codes, as "status changed": "Agent
 * Activity API", method "Get Status Changes", on the same site.
 */
const TYPES: Readonly<Record<string, SessionEventType>> = { 1: 'STATUS_CHANGE', 3: 'LOGIN', 4: 'LOGOUT' };

/** An agent's sessions, put together from all files. */
export function sessionsOf(account: string, ref: string, contents: readonly FileContent[]): readonly Session[] {
  const sessions = agentIdsOf(ref, contents).map((agentId) => {
    const records = contents.flatMap((content) => recordsOf(content, agentId));
    return Map.groupBy(records, ([sessionId]) => sessionId);
  });
  return sessions.flatMap((bySession) =>
    [...bySession].map(([vendorSessionId, records]) =>
      sessionOf({ account, ref, vendorSessionId, label: labelOf }, records.map(partOf)),
    ),
  );
}

/** Whether a reference can only be a login name: no agentID that files tell of, nor one that they might. */
export function isLogin(ref: string, contents: readonly FileContent[]): boolean {
  return !/^\d+$/.test(ref.trim()) && !isKnownId(ref.trim(), contents);
}

function isKnownId(id: string, contents: readonly FileContent[]): boolean {
  return contents.some(({ agents }) => Object.hasOwn(agents, id));
}

/** A reference is an agentID or, if there is none, a login name: perhaps of several agents, one after another. */
function agentIdsOf(ref: string, contents: readonly FileContent[]): readonly string[] {
  const id = ref.trim();
  if (isKnownId(id, contents)) return [id];
  const login = canonicalLogin(ref);
  return [...new Set(contents.flatMap(({ logins }) => (Object.hasOwn(logins, login) ? (logins[login] ?? []) : [])))];
}

function partOf([, events, group, profiles]: KeptRecord): SessionPart {
  return {
    events: eventsOf(events),
    group: dated(group, (text) => text),
    profiles: dated(profiles, (text) => text.split(',')),
  };
}

function eventsOf(lines: string): readonly SessionEvent[] {
  let last = 0;
  return lines
    .split(';')
    .slice(0, -1)
    .map((line) => {
      const event = eventOf(line, last);
      last = event.at;
      return event;
    });
}

function eventOf(line: string, last: Instant): SessionEvent {
  const [later, type = '', state = '', previous = '', engagements = '', previousEngagements = '', most = ''] =
    line.split(',');
  return {
    type: TYPES[type] ?? 'UNKNOWN',
    vendorType: type,
    at: last + Number(later),
    status: STATUSES[state] ?? 'UNKNOWN',
    vendorStatus: state || UNKNOWN_STATE,
    previousVendorStatus: previous || null,
    concurrentEngagements: countOf(engagements),
    previousConcurrentEngagements: countOf(previousEngagements),
    maxConcurrentEngagements: countOf(most),
  };
}

/** Negative numbers stand for "none", as −9 for the most engagements at a login or logout; beyond what can be told is none, too. */
function countOf(text: string): number | null {
  return text === '' || text.startsWith('-') || Number(text) > LARGEST_COUNT ? null : Number(text);
}

function labelOf(state: string): string | null {
  return LABELS[state] ?? null;
}

function dated<T>(text: DatedText | null, read: (text: string) => T): Dated<T> | null {
  return text && { at: text[0], value: read(text[1]) };
}
