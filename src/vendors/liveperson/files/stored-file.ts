import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { inGroups } from '../../../domain/event-loop-yielder.ts';
import type { FileContent, StoredAgent, StoredNames } from './content.ts';

/**
 * A file's content as it is cached: two texts and the checksum of both. The checksum detects a damaged copy at the cost of
 * reading the texts once. A shared cache parses two texts instead of an object for each agent.
 */
export interface StoredFile {
  /** Everything but the records, as lines of JSON: see `IndexHead` and `IndexGroup`. */
  readonly index: string;
  /** The records of all agents, one agent after another. */
  readonly records: string;
  readonly checksum: number;
}

/** The first line of an index. */
type IndexHead = Omit<FileContent, 'agents' | 'logins'>;

/** Another line of an index: a part, so that an index of many agents is read and written in steps. */
interface IndexGroup {
  /** In the order of their records. */
  readonly agents?: readonly (readonly [agentId: string, names: StoredNames, recordsLength: number])[];
  readonly logins?: readonly (readonly [login: string, agentIds: readonly string[]])[];
}

/** The agents or logins of a line take less than a millisecond. */
export const GROUP_SIZE = 500;

const storedFileSchema = z.object({ index: z.string(), records: z.string(), checksum: z.number() });

/** Encodes a file's content, in steps. */
export function* toStoredFile({ agents, logins, ...head }: FileContent): Generator<undefined, StoredFile> {
  const lines = [JSON.stringify(head satisfies IndexHead)];
  const records: string[] = [];
  for (const group of inGroups(Object.entries(agents), GROUP_SIZE)) {
    if (records.length > 0) yield;
    const entries = group.map(([id, agent]) => [id, agent.names, agent.records.length] as const);
    lines.push(JSON.stringify({ agents: entries } satisfies IndexGroup));
    for (const [, agent] of group) records.push(agent.records);
  }
  for (const group of inGroups(Object.entries(logins), GROUP_SIZE)) {
    if (records.length > GROUP_SIZE) yield;
    lines.push(JSON.stringify({ logins: group } satisfies IndexGroup));
  }
  const stored = { index: lines.join('\n'), records: records.join('') };
  return { ...stored, checksum: checksumOf(stored.index, stored.records) };
}

/** Whether a cached value is a file that is unchanged since it was stored. */
export function isIntactFile(value: unknown): value is StoredFile {
  const { success, data } = storedFileSchema.safeParse(value);
  return success && data.checksum === checksumOf(data.index, data.records);
}

/** The size of the texts in characters. */
export function storedSize({ index, records }: StoredFile): number {
  return index.length + records.length;
}

/** Parses the index, in steps. The records stay text until an agent is read; see `parseAgentRecords`. */
export function* openFile({ index, records }: StoredFile): Generator<undefined, FileContent> {
  const [head = '', ...lines] = index.split('\n');
  // Without a prototype, any name is a key like others.
  const agents = Object.create(null) as Record<string, StoredAgent>;
  const logins = Object.create(null) as Record<string, readonly string[]>;
  let at = 0;
  for (const [lineNumber, line] of lines.entries()) {
    if (lineNumber > 0) yield;
    const group = JSON.parse(line) as IndexGroup;
    for (const [id, names, length] of group.agents ?? []) {
      agents[id] = { names, records: records.slice(at, at + length) };
      at += length;
    }
    for (const [login, agentIds] of group.logins ?? []) logins[login] = agentIds;
  }
  return { ...(JSON.parse(head) as IndexHead), agents, logins };
}

function checksumOf(index: string, records: string): number {
  return crc32(records, crc32(index));
}
