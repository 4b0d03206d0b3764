import { type EventLoopYielder, runInSlices } from '../../../domain/event-loop-yielder.ts';
import type { CallTarget } from '../../../domain/vendor-error.ts';
import { vendorError } from '../../../http/response.ts';
import { createCollector } from './collector.ts';
import type { FileContent, FileFlaws } from './content.ts';
import { toDamageReason } from './damage.ts';
import type { CreateDocumentReader } from './document-reader.ts';
import { CorruptFileError, inflate, MAX_INFLATE_RATIO } from './inflate.ts';
import { createSplitter, DocumentTooLargeError } from './splitter.ts';

export interface ReaderOptions {
  readonly accountId: string;
  readonly maxFileBytes: number;
  readonly createDocumentReader: CreateDocumentReader;
  readonly yielder: EventLoopYielder;
}

/**
 * Reads a file. Damage costs only what could not be read, and is reported among the flaws. Throws a VendorError when a file
 * with bytes yields nothing, or when it exceeds a limit.
 */
export async function readFile(
  body: AsyncIterable<Buffer>,
  options: ReaderOptions,
  target: CallTarget,
): Promise<FileContent> {
  const collector = createCollector(options.accountId);
  const documents = options.createDocumentReader(collector.add);
  const splitter = createSplitter(documents.tryRead);
  let damage: FileFlaws['damage'] = null;
  try {
    for await (const bytes of inflate(body, { maxBytes: options.maxFileBytes, maxRatio: MAX_INFLATE_RATIO })) {
      await options.yielder.yieldIfDue();
      for (const text of splitter.push(bytes)) {
        await options.yielder.yieldIfDue();
        if (!documents.read(text)) collector.addMalformed();
        await options.yielder.yieldIfDue();
        documents.learn();
      }
    }
  } catch (error) {
    damage = toDamage(error);
  }
  let isLastMalformed = false;
  for (const text of damage === 'too_large' ? [] : splitter.end()) {
    await options.yielder.yieldIfDue();
    if (isLastMalformed) collector.addMalformed();
    isLastMalformed = !documents.read(text);
  }
  if (isLastMalformed) damage ??= 'malformed';
  return assertUsable(await runInSlices(collector.content(damage), options.yielder), target);
}

function toDamage(error: unknown): FileFlaws['damage'] {
  if (error instanceof CorruptFileError) return error.damage;
  if (error instanceof DocumentTooLargeError) return 'too_large';
  throw error;
}

const DAMAGE_MESSAGES: Readonly<Partial<Record<NonNullable<FileFlaws['damage']>, string>>> = {
  zip: 'a ZIP archive where a gzip file is promised',
  too_large: 'the file is too large',
};

function assertUsable(content: FileContent, target: CallTarget): FileContent {
  const { damage, malformed } = content.flaws;
  const isEmpty = Object.keys(content.agents).length === 0;
  const reason = damage ?? (malformed > 0 ? 'malformed' : null);
  if (reason === null || (!isEmpty && reason !== 'too_large')) return content;
  const message = DAMAGE_MESSAGES[reason];
  throw vendorError(target, 'VENDOR_BAD_RESPONSE', {
    reason: toDamageReason(reason),
    ...(message !== undefined && { vendorMessage: message }),
  });
}
