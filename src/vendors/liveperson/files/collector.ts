import type { Instant } from '../../../domain/clock.ts';
import { isInstant } from '../../../domain/time.ts';
import { canonicalLogin } from '../references.ts';
import type { Activity, ActivityRecord, AgentNames, RawEvent } from './activity.ts';
import { detached } from './bytes-as-text.ts';
import { createTape, type Tape } from './tape.ts';
import type { DatedText, FileContent, Flaws, KeptAgent, KeptNames, KeptRecord } from './content.ts';

/** Gathers what a file's documents tell. */
export interface Collector {
  readonly add: (activity: Activity) => void;
  /** Counts a document that nothing could be read from. */
  readonly addMalformed: () => void;
  readonly content: (damage: Flaws['damage']) => FileContent;
}

interface GrowingAgent {
  /** Of the event before. */
  lastNames: AgentNames | null;
  readonly names: { -readonly [Key in keyof KeptNames]: KeptNames[Key] };
  readonly logins: Set<string>;
  hasEncryptedLogins: boolean;
  /** What the last documents told of one session. */
  open: GrowingRecord | null;
  /** Of the closed ones, divided by commas. */
  readonly records: Tape;
  isEmpty: boolean;
}

type GrowingRecord = ReturnType<typeof createRecord>;

/** A record that grows beyond so many characters is closed. */
const LONG_RECORD = 16 * 1024;

/** No company has so many. Each takes kilobytes where an event takes bytes, so that a bound on a file's bytes is none. */
const MOST_AGENTS = 100_000;

/** What an agent has beside the records: an id, names, and what they are found by. Characters. */
const AGENT = 256;

export function createCollector(accountId: string): Collector {
  const agents = new Map<string, GrowingAgent>();
  let isCrowded = false;
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
    isCrowded ||= agents.size === MOST_AGENTS && !agents.has(agentId);
    if (isCrowded) return;
    const agent = agents.get(agentId) ?? newAgent(agents, detached(agentId));
    if (agent.open?.sessionId !== sessionId) closeRecord(agent);
    const record = (agent.open ??= createRecord(detached(sessionId)));
    for (const event of events) {
      const at = event.timestamp === null ? NaN : Number(event.timestamp);
      if (!isInstant(at)) {
        malformed += 1;
        continue;
      }
      noteNames(agent, event.names, at);
      record.add(event, at);
    }
    if (record.settle() > LONG_RECORD) closeRecord(agent);
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
      const kept = [...agents].map(([id, agent]) => [id, keptAgent(agent)] as const);
      return {
        agents: Object.fromEntries(kept),
        logins: loginsOf(agents),
        hasEncryptedLogins: agents.values().some((agent) => agent.hasEncryptedLogins),
        size: kept.reduce((sum, [, { records }]) => sum + records.length, kept.length * AGENT),
        flaws: { damage: isCrowded ? 'too_large' : damage, foreign, malformed },
      };
    },
  };
}

/** Another account's, by the document's word or, if it says nothing, by a session id of the form `<account>-<number>`. */
function isForeign({ accountId: said }: Activity, { sessionId }: ActivityRecord, accountId: string): boolean {
  if (said !== null) return said !== accountId;
  const [, prefix] = /^(\d+)-\d+$/.exec(sessionId ?? '') ?? [];
  return prefix !== undefined && /^\d+$/.test(accountId) && prefix !== accountId;
}

/** What is told of a session, in the making. */
function createRecord(sessionId: string) {
  let fresh = '';
  let length = 0;
  let last = 0;
  const lines: string[] = [];
  let group: DatedText | null = null;
  let profiles: DatedText | null = null;
  return {
    sessionId,
    add: (event: RawEvent, at: Instant) => {
      fresh += lineOf(event, at - last);
      last = at;
      const { groupId, profileIds } = event;
      // −1 stands for "no group".
      if (groupId?.startsWith('-') === false) group = latest(group, at, groupId);
      if (profileIds !== null && profileIds !== '') profiles = latest(profiles, at, profileIds);
    },
    /** Lets go of the file's text; how long the record is by now. */
    settle: (): number => {
      if (fresh !== '') lines.push(detached(fresh));
      length += fresh.length;
      fresh = '';
      return length;
    },
    /** As JSON; null without an event. */
    kept: (): string | null => {
      const record: KeptRecord = [sessionId, lines.join(''), group, profiles];
      return length === 0 ? null : JSON.stringify(record);
    },
  };
}

function closeRecord(agent: GrowingAgent): void {
  const kept = agent.open?.kept() ?? null;
  agent.open = null;
  if (kept === null) return;
  agent.records.append(agent.isEmpty ? kept : `,${kept}`);
  agent.isEmpty = false;
}

function lineOf(event: RawEvent, later: number): string {
  const { type, state, previousState, engagements, previousEngagements, maxEngagements } = event;
  const codes = `${later},${type ?? ''},${state ?? ''},${previousState ?? ''}`;
  return `${codes},${engagements ?? ''},${previousEngagements ?? ''},${maxEngagements ?? ''};`;
}

/** The text with the later date; of the same date, the same one whatever their order. */
function latest(old: DatedText | null, at: Instant, text: string): DatedText {
  if (old !== null && (at < old[0] || (at === old[0] && text <= old[1]))) return old;
  return [at, text === old?.[1] ? old[1] : detached(text)];
}

function noteNames(agent: GrowingAgent, names: AgentNames, at: Instant): void {
  if (names !== agent.lastNames) {
    agent.lastNames = names;
    if (names.loginName !== null) agent.logins.add(canonicalLogin(names.loginName));
    agent.hasEncryptedLogins ||= names.isLoginEncrypted;
  }
  if (at < agent.names.at || (names.loginName === null && names.nickname === null && names.userName === null)) return;
  agent.names.at = at;
  agent.names.loginName = names.loginName;
  agent.names.nickname = names.nickname;
  agent.names.userName = names.userName;
}

function newAgent(agents: Map<string, GrowingAgent>, id: string): GrowingAgent {
  const names = { at: 0, loginName: null, nickname: null, userName: null };
  const agent: GrowingAgent = {
    lastNames: null,
    names,
    logins: new Set(),
    hasEncryptedLogins: false,
    open: null,
    records: createTape(),
    isEmpty: true,
  };
  agents.set(id, agent);
  return agent;
}

function keptAgent(agent: GrowingAgent): KeptAgent {
  closeRecord(agent);
  return { names: agent.names, records: agent.records.text() };
}

function loginsOf(agents: ReadonlyMap<string, GrowingAgent>): Readonly<Record<string, readonly string[]>> {
  const ids = new Map<string, string[]>();
  for (const [id, { logins }] of agents) {
    for (const login of logins) {
      const known = ids.get(login);
      if (known === undefined) ids.set(login, [id]);
      else known.push(id);
    }
  }
  return Object.fromEntries(ids);
}
