import type { CallTarget } from '../../../domain/vendor-error.ts';
import { vendorError } from '../../../http/reply.ts';
import { readActivity } from './activity.ts';
import { decoded } from './bytes-as-text.ts';
import { createCollector } from './collector.ts';
import type { FileContent, Flaws } from './content.ts';
import { DamagedFile, inflated, MAX_RATIO } from './inflate.ts';
import type { Pacer } from './pacer.ts';
import { salvage } from './salvage.ts';
import { createSkimmer } from './skimmer.ts';
import { createSplitter, EndlessDocument } from './splitter.ts';

export interface ReaderOptions {
  readonly accountId: string;
  readonly maxFileBytes: number;
  /** Whether documents like one before are read by its pattern. */
  readonly patterns: boolean;
  /** So many characters a parser reads first; absent: as many as it takes for a pattern to pay. */
  readonly patternsAfter?: number;
  readonly pacer: Pacer;
}

/** Characters. */
const PATTERNS_AFTER = 64 * 1024;

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
  const skimmer = createSkimmer(options.patterns ? (options.patternsAfter ?? PATTERNS_AFTER) : Infinity, collector.add);
  const splitter = createSplitter(skimmer.skim);
  /** Whether the text is a document; if not, the documents in it count nevertheless. */
  const read = (text: string): boolean => {
    const activity = readActivity(decoded(text));
    if (activity === null) salvage(text).forEach(collector.add);
    else collector.add(activity);
    if (activity !== null) skimmer.learn(text, activity);
    return activity !== null;
  };
  let damage: Flaws['damage'] = null;
  try {
    for await (const bytes of inflated(body, { maxBytes: options.maxFileBytes, maxRatio: MAX_RATIO })) {
      for (const text of splitter.push(bytes)) {
        if (!read(text)) collector.addMalformed();
        await options.pacer.pause();
      }
      await options.pacer.pause();
    }
  } catch (error) {
    damage = damageOf(error);
  }
  const rest = damage === 'too_large' ? [] : splitter.end();
  const last = rest.length - 1;
  for (const [index, text] of rest.entries()) {
    await options.pacer.pause();
    if (read(text)) continue;
    if (index === last) damage ??= 'malformed';
    else collector.addMalformed();
  }
  return usable(collector.content(damage), target);
}

function damageOf(error: unknown): Flaws['damage'] {
  if (error instanceof DamagedFile) return error.damage;
  if (error instanceof EndlessDocument) return 'too_large';
  throw error;
}

const SAID: Readonly<Partial<Record<NonNullable<Flaws['damage']>, string>>> = {
  zip: 'a ZIP archive where a gzip file is promised',
  too_large: 'the file is too large',
};

/** A file that was cut before it was sent is no broken connection, which `truncated` stands for: trying again is no help. */
const REASONS: Readonly<Partial<Record<NonNullable<Flaws['damage']>, string>>> = {
  malformed: 'malformed_json',
  truncated: 'file_truncated',
};

function usable(content: FileContent, target: CallTarget): FileContent {
  const { damage, malformed } = content.flaws;
  const nothing = Object.keys(content.agents).length === 0;
  const reason = damage ?? (malformed > 0 ? 'malformed' : null);
  if (reason === null || (!nothing && reason !== 'too_large')) return content;
  const said = SAID[reason];
  throw vendorError(target, 'VENDOR_BAD_RESPONSE', {
    reason: REASONS[reason] ?? reason,
    ...(said !== undefined && { said }),
  });
}
