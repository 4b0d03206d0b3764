import { buildSession, type SessionPart, type Timestamped } from '../../domain/build-session.ts';
import type { Instant } from '../../domain/clock.ts';
import { type EventLoopYielder, runInSlices } from '../../domain/event-loop-yielder.ts';
import type { Session, SessionEvent, SessionEventType } from '../../domain/session.ts';
import type { AgentStatus } from '../../domain/status-period.ts';
import {
  type FileContent,
  parseAgentRecords,
  type StoredNames,
  type StoredRecord,
  type TimestampedText,
} from './files/content.ts';
import { decodeEvents, type StoredEvent } from './files/event-codec.ts';
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

/** The records of one session, of all files. */
export interface CollectedSession {
  readonly vendorSessionId: string;
  readonly records: readonly StoredRecord[];
  /** When the last file with a part of it was requested. */
  readonly observedAt: Instant;
}

/** Collects the records of an agent by session, one at a time between turns of the event loop. */
export async function collectSessions(
  ref: string,
  files: readonly FetchedFile[],
  yielder: EventLoopYielder,
): Promise<readonly CollectedSession[]> {
  const contents = files.map(({ value }) => value);
  const sessions: CollectedSession[] = [];
  for (const agentId of findAgentIds(ref, contents)) {
    const parts = await collectRecords(agentId, files, yielder);
    for (const [vendorSessionId, { records, observedAt }] of parts) {
      sessions.push({ vendorSessionId, records, observedAt });
    }
  }
  return sessions;
}

interface RecordsOfSession {
  readonly records: StoredRecord[];
  observedAt: Instant;
}

async function collectRecords(
  agentId: string,
  files: readonly FetchedFile[],
  yielder: EventLoopYielder,
): Promise<ReadonlyMap<string, RecordsOfSession>> {
  const sessions = new Map<string, RecordsOfSession>();
  for (const { value, fetchedAt } of files) {
    if (!Object.hasOwn(value.agents, agentId)) continue;
    for (const record of parseAgentRecords(value, agentId)) {
      await yielder.yieldIfDue();
      const known = sessions.get(record[0]);
      if (known) {
        known.records.push(record);
        known.observedAt = Math.max(known.observedAt, fetchedAt);
      } else sessions.set(record[0], { records: [record], observedAt: fetchedAt });
    }
  }
  return sessions;
}

/** Builds a session from its records, in short steps between turns of the event loop: it may have very many events. */
export function buildCollectedSession(
  account: string,
  ref: string,
  collected: CollectedSession,
  yielder: EventLoopYielder,
): Promise<Session> {
  return runInSlices(buildInSteps(account, ref, collected), yielder);
}

function* buildInSteps(
  account: string,
  ref: string,
  { vendorSessionId, records, observedAt }: CollectedSession,
): Generator<undefined, Session> {
  const parts: SessionPart[] = [];
  for (const record of records) {
    if (parts.length > 0) yield;
    parts.push(toSessionPart(record));
  }
  const identity = { account, ref, vendorSessionId, observedAt, label: statusLabel };
  return yield* buildSession(identity, parts);
}

/** Whether a reference can only be a login name: it is not a number, and not an agentID in the files. */
export function isLoginName(ref: string, contents: readonly FileContent[]): boolean {
  return !/^\d+$/.test(ref.trim()) && !isKnownAgentId(ref.trim(), contents);
}

function isKnownAgentId(id: string, contents: readonly FileContent[]): boolean {
  return contents.some(({ agents }) => Object.hasOwn(agents, id));
}

/**
 * Resolves a reference: an agentID, or else a login name, which an agent who was created again has with several agentIDs. One that an
 * agent no longer has belongs to those who had it last.
 */
function findAgentIds(ref: string, contents: readonly FileContent[]): readonly string[] {
  const id = ref.trim();
  if (isKnownAgentId(id, contents)) return [id];
  const login = normalizeLogin(ref);
  const ids = new Set(contents.flatMap(({ logins }) => (Object.hasOwn(logins, login) ? (logins[login] ?? []) : [])));
  const owners = [...ids].filter((each) => latestLogin(each, contents) === login);
  return owners.length > 0 ? owners : [...ids];
}

/** The login name that the agent had last; null for one without. */
function latestLogin(id: string, contents: readonly FileContent[]): string | null {
  let names: StoredNames | undefined;
  for (const { agents } of contents) {
    const agent = Object.hasOwn(agents, id) ? agents[id] : undefined;
    if (agent && (!names || agent.names.at > names.at)) names = agent.names;
  }
  return names?.loginName == null ? null : normalizeLogin(names.loginName);
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
