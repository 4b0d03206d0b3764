import type { Instant } from '../../../domain/clock.ts';
import type { Damage } from './inflate.ts';

/** What is kept of a file: no more than the gateway tells, by agent, and small. Plain JSON. */
export interface FileContent {
  /** By agentID. */
  readonly agents: Readonly<Record<string, StoredAgent>>;
  /** The agentIDs that go by a login name; the names in their canonical form. */
  readonly logins: Readonly<Record<string, readonly string[]>>;
  /** Whether some login names came encrypted, so that they are not among `logins`. */
  readonly hasEncryptedLogins: boolean;
  /** About how many characters all this has. */
  readonly size: number;
  readonly flaws: FileFlaws;
}

export interface StoredAgent {
  /** As of the latest event that has names. */
  readonly names: StoredNames;
  /**
   * Pieces of sessions as the file tells of them, each a KeptRecord as JSON, divided by commas: one text, because a file
   * may tell of so many that objects would be a burden. See `recordsOf`.
   */
  readonly records: string;
}

export interface StoredNames {
  /** 0 when no event has names. */
  readonly at: Instant;
  readonly loginName: string | null;
  readonly nickname: string | null;
  readonly userName: string | null;
}

export type StoredRecord = readonly [
  sessionId: string,
  /**
   * Seven numbers an event, divided by commas: how much later it is than the one before (the first: than 1970, in
   * milliseconds), type, state, previous state, engagements, previous ones, the most. Nothing stands for a number that is not
   * there; a semicolon stands behind each event.
   */
  events: string,
  /** The latest group, and when. */
  group: TimestampedText | null,
  /** The latest profiles, divided by commas, and when. */
  profiles: TimestampedText | null,
];

export type TimestampedText = readonly [at: Instant, text: string];

/** What is not as it should be in a file that has been read all the same. */
export interface FileFlaws {
  readonly damage: Damage | 'malformed' | null;
  /** Records that name another account: left out. */
  readonly foreign: number;
  /** Records and events without an id, an agent or a time that can be told: left out. */
  readonly malformed: number;
}

/**
 * Whether the same file may hold more when it is read again: one that was damaged on its way, or that was mixed up with another
 * account's. A good one never changes.
 */
export function isSuspect({ agents, flaws }: FileContent): boolean {
  return flaws.damage !== null || (flaws.foreign > 0 && Object.keys(agents).length === 0);
}

/** What a file tells of an agent's sessions. */
export function parseAgentRecords(content: FileContent, agentId: string): readonly StoredRecord[] {
  const agent = Object.hasOwn(content.agents, agentId) ? content.agents[agentId] : undefined;
  return agent === undefined ? [] : (JSON.parse(`[${agent.records}]`) as readonly StoredRecord[]);
}
