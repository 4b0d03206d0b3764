import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { FileContent, StoredAgent, StoredNames } from './content.ts';

/**
 * A file's content as it is cached: two texts and the checksum of both. The checksum detects a damaged copy at the cost of
 * reading the texts once. A shared cache parses two texts instead of an object for each agent.
 */
export interface StoredFile {
  /** Everything but the records, as JSON: see `FileIndex`. */
  readonly index: string;
  /** The records of all agents, one agent after another. */
  readonly records: string;
  readonly checksum: number;
}

interface FileIndex extends Omit<FileContent, 'agents'> {
  /** In the order of their records. */
  readonly agents: readonly (readonly [agentId: string, names: StoredNames, recordsLength: number])[];
}

const storedFileSchema = z.object({ index: z.string(), records: z.string(), checksum: z.number() });

export function toStoredFile({ agents, ...rest }: FileContent): StoredFile {
  const entries = Object.entries(agents);
  const fileIndex: FileIndex = {
    ...rest,
    agents: entries.map(([id, { names, records }]) => [id, names, records.length]),
  };
  const index = JSON.stringify(fileIndex);
  const records = entries.map(([, agent]) => agent.records).join('');
  return { index, records, checksum: checksumOf(index, records) };
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

/** Parses the index. The records stay text until an agent is read; see `parseAgentRecords`. */
export function openFile({ index, records }: StoredFile): FileContent {
  const { agents, ...rest } = JSON.parse(index) as FileIndex;
  let at = 0;
  const entries = agents.map(([id, names, length]): [string, StoredAgent] => {
    const agent = { names, records: records.slice(at, at + length) };
    at += length;
    return [id, agent];
  });
  return { ...rest, agents: Object.fromEntries(entries) };
}

function checksumOf(index: string, records: string): number {
  return crc32(records, crc32(index));
}
