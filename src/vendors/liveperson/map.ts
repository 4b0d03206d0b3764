import { buildSession, type SessionPart, type Timestamped } from '../../domain/build-session.ts';
import type { Instant } from '../../domain/clock.ts';
import type { Session, SessionEvent, SessionEventType } from '../../domain/session.ts';
import type { AgentStatus } from '../../domain/status-period.ts';
import { type FileContent, parseAgentRecords, type StoredRecord, type TimestampedText } from './files/content.ts';
import { decodeEvents, type StoredEvent } from './files/event-codec.ts';
import type { EventLoopYielder } from './files/event-loop-yielder.ts';
import { normalizeLogin } from './references.ts';

// Codes: https://developers.liveperson.com/data-access-api-methods-agent-activity.html
const STATUSES: Readonly<Record<string, AgentStatus>> = { 1: 'OFFLINE', 2: 'AVAILABLE', 3: 'BUSY', 4: 'AWAY' };

/** The state whose name is more specific than its status. */
const STATUS_LABELS: Readonly<Record<string, string>> = { 3: 'Back Soon' };

/** The schema's integers have 32 bits, the vendor's have 64. */
const MAX_COUNT = 2 ** 31 - 1;

/** The vendor's own code for an unknown state. */
const UNKNOWN_STATE = '-1';

/**
 * Code 1 is documented here as "Chat", and in the successor of this API, with the same codes, as "status changed": "Agent
 * Activity API", method "Get Status Changes", on the same site.
 */
const EVENT_TYPES: Readonly<Record<string, SessionEventType>> = { 1: 'STATUS_CHANGE', 3: 'LOGIN', 4: 'LOGOUT' };

/** The content of a file, and when the request for it was sent. */
export interface FetchedFile {
  readonly value: FileContent;
  readonly fetchedAt: Instant;
}

/**
 * Builds an agent's sessions from the records of all files, one session at a time between turns of the event loop. A session was
 * observed when the last file with a part of it was.
 */
export async function buildSessions(
  account: string,
  ref: string,
  files: readonly FetchedFile[],
  yielder: EventLoopYielder,
): Promise<readonly Session[]> {
  const contents = files.map(({ value }) => value);
  const sessions: Session[] = [];
  for (const agentId of findAgentIds(ref, contents)) {
    for (const [vendorSessionId, parts] of await collectParts(agentId, files, yielder)) {
      await yielder.yieldIfDue();
      const observedAt = parts.reduce((latest, { fetchedAt }) => Math.max(latest, fetchedAt), -Infinity);
      const identity = { account, ref, vendorSessionId, observedAt, label: statusLabel };
      sessions.push(
        buildSession(
          identity,
          parts.map(({ record }) => toSessionPart(record)),
        ),
      );
    }
  }
  return sessions;
}

interface FetchedRecord {
  readonly record: StoredRecord;
  readonly fetchedAt: Instant;
}

/** Collects the records of an agent by session, one file at a time. */
async function collectParts(
  agentId: string,
  files: readonly FetchedFile[],
  yielder: EventLoopYielder,
): Promise<ReadonlyMap<string, readonly FetchedRecord[]>> {
  const parts = new Map<string, FetchedRecord[]>();
  for (const { value, fetchedAt } of files) {
    if (!Object.hasOwn(value.agents, agentId)) continue;
    await yielder.yieldIfDue();
    for (const record of parseAgentRecords(value, agentId)) {
      const part = { record, fetchedAt };
      const known = parts.get(record[0]);
      if (known) known.push(part);
      else parts.set(record[0], [part]);
    }
  }
  return parts;
}

/** Whether a reference can only be a login name: it is not a number, and not an agentID in the files. */
export function isLoginName(ref: string, contents: readonly FileContent[]): boolean {
  return !/^\d+$/.test(ref.trim()) && !isKnownAgentId(ref.trim(), contents);
}

function isKnownAgentId(id: string, contents: readonly FileContent[]): boolean {
  return contents.some(({ agents }) => Object.hasOwn(agents, id));
}

/** Resolves a reference: an agentID or else a login name, which several agents may have had one after another. */
function findAgentIds(ref: string, contents: readonly FileContent[]): readonly string[] {
  const id = ref.trim();
  if (isKnownAgentId(id, contents)) return [id];
  const login = normalizeLogin(ref);
  return [...new Set(contents.flatMap(({ logins }) => (Object.hasOwn(logins, login) ? (logins[login] ?? []) : [])))];
}

function toSessionPart([, events, group, profiles]: StoredRecord): SessionPart {
  return {
    events: decodeEvents(events).map(toSessionEvent),
    group: toTimestamped(group, (text) => text),
    profiles: toTimestamped(profiles, (text) => text.split(',')),
  };
}

function toSessionEvent(event: StoredEvent): SessionEvent {
  const type = event.type ?? '';
  const state = event.state ?? '';
  return {
    type: EVENT_TYPES[type] ?? 'UNKNOWN',
    vendorType: type,
    at: event.at,
    status: STATUSES[state] ?? 'UNKNOWN',
    vendorStatus: event.state ?? UNKNOWN_STATE,
    previousVendorStatus: event.previousState,
    concurrentEngagements: parseCount(event.engagements),
    previousConcurrentEngagements: parseCount(event.previousEngagements),
    maxConcurrentEngagements: parseCount(event.maxEngagements),
  };
}

/**
 * Parses a count. Negative numbers stand for "none", as −9 for the maximum of engagements at a login or logout. Counts that the
 * schema cannot hold are null, too.
 */
function parseCount(text: string | null): number | null {
  return text === null || text.startsWith('-') || Number(text) > MAX_COUNT ? null : Number(text);
}

function statusLabel(state: string): string | null {
  return STATUS_LABELS[state] ?? null;
}

function toTimestamped<T>(text: TimestampedText | null, parse: (text: string) => T): Timestamped<T> | null {
  return text && { at: text[0], value: parse(text[1]) };
}
