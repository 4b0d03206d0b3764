import type { Instant } from '../../../domain/clock.ts';
import type { Damage } from './inflate.ts';

/** The stored content of a file, by agent: only the data that the gateway returns, compact, as plain JSON. */
export interface FileContent {
  /** By agentID. */
  readonly agents: Readonly<Record<string, StoredAgent>>;
  /** The agentIDs by login name; the names are in their canonical form. */
  readonly logins: Readonly<Record<string, readonly string[]>>;
  /** Whether some login names are encrypted and so missing in `logins`. */
  readonly hasEncryptedLogins: boolean;
  readonly flaws: FileFlaws;
}

export interface StoredAgent {
  /** As of the latest event that has names. */
  readonly names: StoredNames;
  /**
   * Parts of sessions, each a StoredRecord as JSON, separated by line feeds, which JSON text escapes. They are one text because a file may have so many that
   * objects would burden the garbage collector. See `parseAgentRecords`.
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
  /** Encoded by `encodeEvents`, whose comment describes the format. */
  events: string,
  /** The latest group and its time. */
  group: TimestampedText | null,
  /** The latest profiles, separated by commas, and their time. */
  profiles: TimestampedText | null,
];

export const RECORD_SEPARATOR = '\n';

export type TimestampedText = readonly [at: Instant, text: string];

/** The flaws of a file that was read nevertheless. */
export interface FileFlaws {
  readonly damage: Damage | 'malformed' | null;
  /** The number of records that name another account, which are omitted. */
  readonly foreign: number;
  /** The number of records and events without a readable id, list, agent or time, which are omitted. */
  readonly malformed: number;
}

/**
 * Whether another download of the file may have more data: it was damaged in transit, or mixed up with another account's file. A
 * good file never changes.
 */
export function isSuspect({ agents, flaws }: FileContent): boolean {
  return flaws.damage !== null || (flaws.foreign > 0 && Object.keys(agents).length === 0);
}

/** Parses an agent's records in a file, one at a time: together they may be long. */
export function* parseAgentRecords(content: FileContent, agentId: string): Generator<StoredRecord> {
  const records = Object.hasOwn(content.agents, agentId) ? content.agents[agentId]?.records : undefined;
  for (let from = 0; records !== undefined && from < records.length;) {
    const separator = records.indexOf(RECORD_SEPARATOR, from);
    const to = separator === -1 ? records.length : separator;
    yield JSON.parse(records.slice(from, to)) as StoredRecord;
    from = to + 1;
  }
}
