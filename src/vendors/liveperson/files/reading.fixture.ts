import { systemClock } from '../../../domain/clock.ts';
import { type FileContent, recordsOf } from './content.ts';
import { createPacer } from './pacer.ts';
import { readFile } from './reader.ts';

const target = { vendor: 'LIVEPERSON', account: 'lp', endpoint: 'agentActivity/file' } as const;
const pacer = createPacer(systemClock);
async function* pieces(bytes: Buffer, length = 700): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) {
    await Promise.resolve();
    yield bytes.subarray(at, at + length);
  }
}

/** Reads a file that comes in small pieces; by pattern as soon as one is learned. */
export function read(
  bytes: Buffer | string,
  options: { patterns?: boolean; patternsAfter?: number; maxFileBytes?: number } = {},
) {
  const settings = { accountId: '75555851', maxFileBytes: 1e8, patterns: true, patternsAfter: 0, pacer, ...options };
  return readFile(pieces(Buffer.from(bytes as string)), settings, target);
}

export const lines = (...documents: readonly unknown[]) => documents.map((one) => JSON.stringify(one)).join('\n');
export const eventsOf = (content: FileContent, agent = '9') =>
  recordsOf(content, agent).flatMap(([, events]) => events.split(';').slice(0, -1));
