import { systemClock } from '../../src/domain/clock.ts';
import { createEventLoopYielder } from '../../src/domain/event-loop-yielder.ts';
import { type FileContent, parseAgentRecords } from '../../src/vendors/liveperson/files/content.ts';
import { createDocumentReaders } from '../../src/vendors/liveperson/files/document-reader.ts';
import { readFile } from '../../src/vendors/liveperson/files/reader.ts';

const target = { vendor: 'LIVEPERSON', account: 'lp', endpoint: 'agentActivity/file' } as const;
const yielder = createEventLoopYielder(systemClock);
async function* chunks(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) {
    await Promise.resolve();
    yield bytes.subarray(at, at + length);
  }
}

/** Reads a file in small chunks, by patterns as soon as one is learned. */
export function readChunked(
  bytes: Buffer | string,
  {
    chunkLength = 700,
    patterns = true,
    learnAfterChars = 0,
    maxFileBytes = 1e8,
  }: { patterns?: boolean; learnAfterChars?: number; maxFileBytes?: number; chunkLength?: number } = {},
) {
  const createDocumentReader = createDocumentReaders({ patterns, learnAfterChars });
  const settings = { accountId: '75555851', maxFileBytes, createDocumentReader, yielder };
  return readFile(chunks(Buffer.from(bytes as string), chunkLength), settings, target);
}

export function toJsonLines(...documents: readonly unknown[]) {
  return documents.map((document) => JSON.stringify(document)).join('\n');
}
export function encodedEventsOf(content: FileContent, agent = '9') {
  return [...parseAgentRecords(content, agent)].flatMap(([, events]) => events.split(';').slice(0, -1));
}
