import type { Instant } from '../../../domain/clock.ts';
import { inGroups } from '../../../domain/event-loop-yielder.ts';
import { isInstant } from '../../../domain/time.ts';
import { normalizeLogin } from '../references.ts';
import type { Activity, ActivityRecord, AgentNames, RawEvent } from './activity.ts';
import { type FileContent, type FileFlaws, RECORD_SEPARATOR, type StoredAgent, type StoredNames } from './content.ts';
import { copyString } from './latin1.ts';
import { createRecordBuilder, type RecordBuilder, type TimedEvent } from './record-builder.ts';
import { createStringBuilder, type StringBuilder } from './string-builder.ts';

/** Collects the agents and sessions that the documents of a file report. */
export interface Collector {
  readonly add: (activity: Activity) => void;
  /** Counts a document that could not be read. */
  readonly addMalformed: () => void;
  /** Returns what was collected, in steps: a file may have very many agents. */
  readonly content: (damage: FileFlaws['damage']) => Generator<undefined, FileContent>;
}

interface AgentBuilder {
  /** The names in the event before. */
  lastNames: AgentNames | null;
  readonly names: { -readonly [Key in keyof StoredNames]: StoredNames[Key] };
  readonly logins: Set<string>;
  hasEncryptedLogins: boolean;
  /** The session that the last documents reported. */
  openRecord: RecordBuilder | null;
  /** The closed records as JSON, separated by line feeds. */
  readonly records: StringBuilder;
  isEmpty: boolean;
}

/** A record that grows beyond this is closed. */
const MAX_OPEN_RECORD_CHARS = 16 * 1024;

/** No company has as many. Each takes kilobytes where an event takes bytes, so a limit on a file's bytes does not bound them. */
const MAX_AGENTS = 100_000;

export function createCollector(accountId: string): Collector {
  const agents = createAgentMap();
  let foreign = 0;
  let malformed = 0;
  return {
    add: (activity) => {
      malformed += activity.unreadable;
      for (const record of activity.records) {
        if (isForeign(activity, record, accountId)) foreign += 1;
        else
          for (const { agentId, events } of splitByAgent(record))
            malformed += agents.add(record.sessionId, agentId, events);
      }
    },
    addMalformed: () => {
      malformed += 1;
    },
    *content(damage) {
      const { all, limitReached } = agents.state();
      return {
        ...(yield* toStoredAgents(all)),
        flaws: { damage: limitReached ? 'too_large' : damage, foreign, malformed },
      };
    },
  };
}

/** Longer runs are split, because the events of a stored record are decoded in one step. */
const MAX_RUN_EVENTS = 1000;

/** Splits a record into runs of events of one agent. */
function splitByAgent({ events }: ActivityRecord) {
  const runs: { readonly agentId: string | null; readonly events: readonly RawEvent[] }[] = [];
  let from = 0;
  for (let to = 1; to <= events.length; to++) {
    const agentId = events[from]?.agentId ?? null;
    if (events[to]?.agentId === events[from]?.agentId && to - from < MAX_RUN_EVENTS) continue;
    runs.push({ agentId, events: events.slice(from, to) });
    from = to;
  }
  return runs;
}

function createAgentMap() {
  const agents = new Map<string, AgentBuilder>();
  let limitReached = false;
  return {
    state: () => ({ all: agents, limitReached }),
    /** Adds one agent's events of one session; returns how many are malformed. */
    add: (sessionId: string | null, agentId: string | null, events: readonly RawEvent[]): number => {
      if (sessionId === null || agentId === null) return events.length;
      limitReached ||= agents.size === MAX_AGENTS && !agents.has(agentId);
      if (limitReached) return 0;
      return addEvents(agents.get(agentId) ?? addAgent(agents, copyString(agentId)), sessionId, events);
    },
  };
}

/** Adds an agent's events of one session; returns how many have no readable time. */
function addEvents(agent: AgentBuilder, sessionId: string, events: readonly RawEvent[]): number {
  if (agent.openRecord?.sessionId !== sessionId) closeRecord(agent);
  const record = (agent.openRecord ??= createRecordBuilder(copyString(sessionId)));
  const timed = events.flatMap((event) => toTimedEvent(event) ?? []);
  for (const { at, event } of timed) updateNames(agent, event.names, at);
  if (record.add(timed) > MAX_OPEN_RECORD_CHARS) closeRecord(agent);
  return events.length - timed.length;
}

/**
 * Whether a record belongs to another account: by the account that the document names or, without one, by a session id of the
 * form `<account>-<number>`.
 */
function isForeign(
  { accountId: documentAccountId }: Activity,
  { sessionId }: ActivityRecord,
  accountId: string,
): boolean {
  if (documentAccountId !== null) return documentAccountId !== accountId;
  const [, prefix] = /^(\d+)-\d+$/.exec(sessionId ?? '') ?? [];
  return prefix !== undefined && /^\d+$/.test(accountId) && prefix !== accountId;
}

function closeRecord(agent: AgentBuilder): void {
  const json = agent.openRecord?.toJson() ?? null;
  agent.openRecord = null;
  if (json === null) return;
  agent.records.append(agent.isEmpty ? json : RECORD_SEPARATOR + json);
  agent.isEmpty = false;
}

/** The event with its time; null without a time that RFC 3339 can write. */
function toTimedEvent(event: RawEvent): TimedEvent | null {
  const at = event.timestamp === null ? NaN : Number(event.timestamp);
  return isInstant(at) ? { at, event } : null;
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

/** The agents of a group take a millisecond: their last records are encoded. */
const GROUP_SIZE = 100;

function* toStoredAgents(all: ReadonlyMap<string, AgentBuilder>): Generator<undefined, Omit<FileContent, 'flaws'>> {
  // Without a prototype, any name is a key like others.
  const agents = Object.create(null) as Record<string, StoredAgent>;
  const logins = Object.create(null) as Record<string, string[]>;
  let hasEncryptedLogins = false;
  let isFirst = true;
  for (const group of inGroups([...all], GROUP_SIZE)) {
    if (!isFirst) yield;
    isFirst = false;
    for (const [id, agent] of group) {
      agents[id] = toStoredAgent(agent);
      hasEncryptedLogins ||= agent.hasEncryptedLogins;
      for (const login of agent.logins) (logins[login] ??= []).push(id);
    }
  }
  return { agents, logins, hasEncryptedLogins };
}
