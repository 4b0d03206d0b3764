import type { Instant } from '../../../domain/clock.ts';
import type { Damage } from './inflate.ts';

/** What is kept of a file: no more than the gateway tells, by agent, and small. Plain JSON. */
export interface FileContent {
  /** By agentID. */
  readonly agents: Readonly<Record<string, KeptAgent>>;
  /** The agentIDs that go by a login name; the names in their canonical form. */
  readonly logins: Readonly<Record<string, readonly string[]>>;
  readonly flaws: Flaws;
}

export interface KeptAgent {
  /** As of the latest event that has names. */
  readonly names: KeptNames;
  /**
   * Pieces of sessions as the file tells of them, each a KeptRecord as JSON, divided by commas: one text, because a file
   * may tell of so many that objects would be a burden. See `recordsOf`.
   */
  readonly records: string;
}

export interface KeptNames {
  /** 0 when no event has names. */
  readonly at: Instant;
  readonly loginName: string | null;
  readonly nickname: string | null;
  readonly userName: string | null;
}

export type KeptRecord = readonly [
  sessionId: string,
  /**
   * Seven numbers an event, divided by commas: how much later it is than the one before (the first: than 1970, in
   * milliseconds), type, state, previous state, engagements, previous ones, the most. Nothing stands for a number that is not
   * there; a semicolon stands behind each event.
   */
  events: string,
  /** The latest group, and when. */
  group: DatedText | null,
  /** The latest profiles, divided by commas, and when. */
  profiles: DatedText | null,
];

export type DatedText = readonly [at: Instant, text: string];

/** What is not as it should be in a file that has been read all the same. */
export interface Flaws {
  readonly damage: Damage | 'malformed' | null;
  /** Records that name another account: left out. */
  readonly foreign: number;
  /** Records and events without an id, an agent or a time: left out. */
  readonly malformed: number;
}

/** What a file tells of an agent's sessions. */
export function recordsOf(content: FileContent, agentId: string): readonly KeptRecord[] {
  const agent = Object.hasOwn(content.agents, agentId) ? content.agents[agentId] : undefined;
  return agent === undefined ? [] : (JSON.parse(`[${agent.records}]`) as readonly KeptRecord[]);
}

export function isFileContent(value: unknown): value is FileContent {
  return typeof value === 'object' && value !== null && 'agents' in value && 'logins' in value && 'flaws' in value;
}
