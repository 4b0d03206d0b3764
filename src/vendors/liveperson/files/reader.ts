import type { CallTarget } from '../../../domain/vendor-error.ts';
import { vendorError } from '../../../http/response.ts';
import { readActivity } from './activity.ts';
import { latin1ToUtf8 } from './latin1.ts';
import { createCollector } from './collector.ts';
import type { FileContent, FileFlaws } from './content.ts';
import { CorruptFileError, inflate, MAX_INFLATE_RATIO } from './inflate.ts';
import type { EventLoopYielder } from './event-loop-yielder.ts';
import { recoverDocuments } from './recover-documents.ts';
import { createLearnedParser } from './fast-path/learned-parser.ts';
import { createSplitter, DocumentTooLargeError } from './splitter.ts';

export interface ReaderOptions {
  readonly accountId: string;
  readonly maxFileBytes: number;
  /** Whether documents like one before are read by its pattern. */
  readonly patterns: boolean;
  /** So many characters a parser reads first; absent: as many as it takes for a pattern to pay. */
  readonly learnAfterChars?: number;
  readonly yielder: EventLoopYielder;
}

/** Characters. */
const LEARN_AFTER_CHARS = 64 * 1024;

/**
 * What a file tells. Where it is damaged, what could be read counts, and the flaws say so; a VendorError where nothing could
 * be read though something stands there, or where there is more than may be.
 */
export async function readFile(
  body: AsyncIterable<Buffer>,
  options: ReaderOptions,
  target: CallTarget,
): Promise<FileContent> {
  const collector = createCollector(options.accountId);
  const learnedParser = createLearnedParser(
    options.patterns ? (options.learnAfterChars ?? LEARN_AFTER_CHARS) : Infinity,
    collector.add,
  );
  const splitter = createSplitter(learnedParser.tryParse);
  /** Whether the text is a document; if not, the documents in it count nevertheless. */
  const parseDocument = (text: string): boolean => {
    const activity = readActivity(latin1ToUtf8(text));
    if (activity === null) recoverDocuments(text).forEach(collector.add);
    else collector.add(activity);
    if (activity !== null) learnedParser.learn(text, activity);
    return activity !== null;
  };
  let damage: FileFlaws['damage'] = null;
  try {
    for await (const bytes of inflate(body, { maxBytes: options.maxFileBytes, maxRatio: MAX_INFLATE_RATIO })) {
      for (const text of splitter.push(bytes)) {
        if (!parseDocument(text)) collector.addMalformed();
        await options.yielder.yieldIfDue();
      }
      await options.yielder.yieldIfDue();
    }
  } catch (error) {
    damage = toDamage(error);
  }
  const remaining = damage === 'too_large' ? [] : splitter.end();
  const last = remaining.length - 1;
  for (const [index, text] of remaining.entries()) {
    await options.yielder.yieldIfDue();
    if (parseDocument(text)) continue;
    if (index === last) damage ??= 'malformed';
    else collector.addMalformed();
  }
  return assertUsable(collector.content(damage), target);
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

/** A file that was cut before it was sent is no broken connection, which `truncated` stands for: trying again is no help. */
const DAMAGE_REASONS: Readonly<Partial<Record<NonNullable<FileFlaws['damage']>, string>>> = {
  malformed: 'malformed_json',
  truncated: 'file_truncated',
};

function assertUsable(content: FileContent, target: CallTarget): FileContent {
  const { damage, malformed } = content.flaws;
  const isEmpty = Object.keys(content.agents).length === 0;
  const reason = damage ?? (malformed > 0 ? 'malformed' : null);
  if (reason === null || (!isEmpty && reason !== 'too_large')) return content;
  const message = DAMAGE_MESSAGES[reason];
  throw vendorError(target, 'VENDOR_BAD_RESPONSE', {
    reason: DAMAGE_REASONS[reason] ?? reason,
    ...(message !== undefined && { vendorMessage: message }),
  });
}
