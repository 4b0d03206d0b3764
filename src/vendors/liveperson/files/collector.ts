import type { Instant } from '../../../domain/clock.ts';
import { isInstant } from '../../../domain/time.ts';
import { normalizeLogin } from '../references.ts';
import type { Activity, ActivityRecord, AgentNames, RawEvent } from './activity.ts';
import { copyString } from './latin1.ts';
import { createStringBuilder, type StringBuilder } from './fast-path/string-builder.ts';
import type { TimestampedText, FileContent, FileFlaws, StoredAgent, StoredNames, StoredRecord } from './content.ts';

/** Gathers what a file's documents tell. */
export interface Collector {
  readonly add: (activity: Activity) => void;
  /** Counts a document that nothing could be read from. */
  readonly addMalformed: () => void;
  readonly content: (damage: FileFlaws['damage']) => FileContent;
}

interface AgentBuilder {
  /** Of the event before. */
  lastNames: AgentNames | null;
  readonly names: { -readonly [Key in keyof StoredNames]: StoredNames[Key] };
  readonly logins: Set<string>;
  hasEncryptedLogins: boolean;
  /** What the last documents told of one session. */
  openRecord: RecordBuilder | null;
  /** Of the closed ones, divided by commas. */
  readonly records: StringBuilder;
  isEmpty: boolean;
}

type RecordBuilder = ReturnType<typeof createRecordBuilder>;

/** A record that grows beyond so many characters is closed. */
const MAX_OPEN_RECORD_CHARS = 16 * 1024;

/** No company has so many. Each takes kilobytes where an event takes bytes, so that a bound on a file's bytes is none. */
const MAX_AGENTS = 100_000;

/** What an agent has beside the records: an id, names, and what they are found by. Characters. */
const AGENT_OVERHEAD_CHARS = 256;

export function createCollector(accountId: string): Collector {
  const agents = new Map<string, AgentBuilder>();
  let agentLimitReached = false;
  let foreign = 0;
  let malformed = 0;

  function addRecord({ sessionId, events }: ActivityRecord): void {
    let from = 0;
    for (let to = 1; to <= events.length; to++) {
      if (events[to]?.agentId === events[from]?.agentId) continue;
      addEvents(sessionId, events[from]?.agentId ?? null, events.slice(from, to));
      from = to;
    }
  }

  /** One agent's events of one session. */
  function addEvents(sessionId: string | null, agentId: string | null, events: readonly RawEvent[]): void {
    if (sessionId === null || agentId === null) {
      malformed += events.length;
      return;
    }
    agentLimitReached ||= agents.size === MAX_AGENTS && !agents.has(agentId);
    if (agentLimitReached) return;
    const agent = agents.get(agentId) ?? addAgent(agents, copyString(agentId));
    if (agent.openRecord?.sessionId !== sessionId) closeRecord(agent);
    const record = (agent.openRecord ??= createRecordBuilder(copyString(sessionId)));
    for (const event of events) {
      const at = event.timestamp === null ? NaN : Number(event.timestamp);
      if (!isInstant(at)) {
        malformed += 1;
        continue;
      }
      updateNames(agent, event.names, at);
      record.add(event, at);
    }
    if (record.flush() > MAX_OPEN_RECORD_CHARS) closeRecord(agent);
  }

  return {
    add: (activity) => {
      for (const record of activity.records) {
        if (isForeign(activity, record, accountId)) foreign += 1;
        else addRecord(record);
      }
    },
    addMalformed: () => {
      malformed += 1;
    },
    content: (damage) => {
      const stored = [...agents].map(([id, agent]) => [id, toStoredAgent(agent)] as const);
      return {
        agents: Object.fromEntries(stored),
        logins: indexLogins(agents),
        hasEncryptedLogins: agents.values().some((agent) => agent.hasEncryptedLogins),
        size: stored.reduce((sum, [, { records }]) => sum + records.length, stored.length * AGENT_OVERHEAD_CHARS),
        flaws: { damage: agentLimitReached ? 'too_large' : damage, foreign, malformed },
      };
    },
  };
}

/** Another account's, by the document's word or, if it says nothing, by a session id of the form `<account>-<number>`. */
function isForeign(
  { accountId: documentAccountId }: Activity,
  { sessionId }: ActivityRecord,
  accountId: string,
): boolean {
  if (documentAccountId !== null) return documentAccountId !== accountId;
  const [, prefix] = /^(\d+)-\d+$/.exec(sessionId ?? '') ?? [];
  return prefix !== undefined && /^\d+$/.test(accountId) && prefix !== accountId;
}

/** What is told of a session, in the making. */
function createRecordBuilder(sessionId: string) {
  let pending = '';
  let length = 0;
  let previousAt = 0;
  const encodedEvents: string[] = [];
  let group: TimestampedText | null = null;
  let profiles: TimestampedText | null = null;
  return {
    sessionId,
    add: (event: RawEvent, at: Instant) => {
      pending += encodeEvent(event, at - previousAt);
      previousAt = at;
      const { groupId, profileIds } = event;
      // −1 stands for "no group".
      if (groupId?.startsWith('-') === false) group = laterText(group, at, groupId);
      if (profileIds !== null && profileIds !== '') profiles = laterText(profiles, at, profileIds);
    },
    /** Lets go of the file's text; how long the record is by now. */
    flush: (): number => {
      if (pending !== '') encodedEvents.push(copyString(pending));
      length += pending.length;
      pending = '';
      return length;
    },
    /** As JSON; null without an event. */
    toJson: (): string | null => {
      const record: StoredRecord = [sessionId, encodedEvents.join(''), group, profiles];
      return length === 0 ? null : JSON.stringify(record);
    },
  };
}

function closeRecord(agent: AgentBuilder): void {
  const json = agent.openRecord?.toJson() ?? null;
  agent.openRecord = null;
  if (json === null) return;
  agent.records.append(agent.isEmpty ? json : `,${json}`);
  agent.isEmpty = false;
}

function encodeEvent(event: RawEvent, elapsedMs: number): string {
  const { type, state, previousState, engagements, previousEngagements, maxEngagements } = event;
  const codes = `${elapsedMs},${type ?? ''},${state ?? ''},${previousState ?? ''}`;
  return `${codes},${engagements ?? ''},${previousEngagements ?? ''},${maxEngagements ?? ''};`;
}

/** The text with the later date; of the same date, the same one whatever their order. */
function laterText(current: TimestampedText | null, at: Instant, text: string): TimestampedText {
  if (current !== null && (at < current[0] || (at === current[0] && text <= current[1]))) return current;
  return [at, text === current?.[1] ? current[1] : copyString(text)];
}

function updateNames(agent: AgentBuilder, names: AgentNames, at: Instant): void {
  if (names !== agent.lastNames) {
    agent.lastNames = names;
    if (names.loginName !== null) agent.logins.add(normalizeLogin(names.loginName));
    agent.hasEncryptedLogins ||= names.isLoginEncrypted;
  }
  if (at < agent.names.at || (names.loginName === null && names.nickname === null && names.userName === null)) return;
  agent.names.at = at;
  agent.names.loginName = names.loginName;
  agent.names.nickname = names.nickname;
  agent.names.userName = names.userName;
}

function addAgent(agents: Map<string, AgentBuilder>, id: string): AgentBuilder {
  const names = { at: 0, loginName: null, nickname: null, userName: null };
  const agent: AgentBuilder = {
    lastNames: null,
    names,
    logins: new Set(),
    hasEncryptedLogins: false,
    openRecord: null,
    records: createStringBuilder(),
    isEmpty: true,
  };
  agents.set(id, agent);
  return agent;
}

function toStoredAgent(agent: AgentBuilder): StoredAgent {
  closeRecord(agent);
  return { names: agent.names, records: agent.records.toString() };
}

function indexLogins(agents: ReadonlyMap<string, AgentBuilder>): Readonly<Record<string, readonly string[]>> {
  const ids = new Map<string, string[]>();
  for (const [id, { logins }] of agents) {
    for (const login of logins) {
      const agentIds = ids.get(login);
      if (agentIds === undefined) ids.set(login, [id]);
      else agentIds.push(id);
    }
  }
  return Object.fromEntries(ids);
}
