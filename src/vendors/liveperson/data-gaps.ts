import type { Instant } from '../../domain/clock.ts';
import { sum } from '../../domain/sum.ts';
import type { TimeRange } from '../../domain/time.ts';
import { isNotFound, type VendorError } from '../../domain/vendor-error.ts';
import { createDataGap, type DataGap, toDataGap } from '../data-gap.ts';
import type { LinkRejection } from './file-links.ts';
import type { FileContent } from './files/content.ts';
import { toDamageReason } from './files/damage.ts';

/**
 * Groups the failed calls of one kind into a gap for each code and reason. Files that do not exist come last, because they are the
 * least informative about the vendor's health.
 */
export function failureGaps(errors: readonly VendorError[], total: number, items: string): readonly DataGap[] {
  const sorted = errors.toSorted((a, b) => Number(isNotFound(a)) - Number(isNotFound(b)));
  const groups = Map.groupBy(sorted, ({ code, reason }) => `${code} ${reason}`);
  return [...groups.values()].flatMap((failed) =>
    failed.slice(0, 1).map((error) => ({
      ...toDataGap(error),
      // NOT_FOUND is the code for an agent that the vendor does not know: see `assertAccountOk`.
      ...(isNotFound(error) && { code: 'VENDOR_REJECTED' as const }),
      message: `${failed.length} of ${total} ${items} are missing: ${error.message}.`,
    })),
  );
}

export function fileLimitGaps(omitted: number, total: number): readonly DataGap[] {
  if (omitted === 0) return [];
  const message = `${omitted} of ${total} files were omitted: the query reached its limit of downloads (limits.maxFiles).`;
  return [createDataGap('VENDOR_REJECTED', 'file_limit', message)];
}

/** The gap for files that were not read: this query, or other queries, hold all the content that they may. */
export function memoryLimitGaps(
  omitted: number,
  total: number,
  refused: 'query full' | 'process full' | null,
): readonly DataGap[] {
  if (omitted === 0) return [];
  if (refused === 'process full') {
    const reason = 'other queries hold the memory for files: retry later';
    const gap = createDataGap(
      'VENDOR_UNAVAILABLE',
      'memory_limit',
      `${omitted} of ${total} files were omitted: ${reason}.`,
    );
    return [{ ...gap, retryable: true }];
  }
  const message = `${omitted} of ${total} files were omitted: the files before them reached the memory limit of a query.`;
  return [createDataGap('VENDOR_REJECTED', 'too_large', message)];
}

export function rejectedLinkGaps(rejections: readonly LinkRejection[]): readonly DataGap[] {
  if (rejections.length === 0) return [];
  const reasons = [...new Set(rejections)].join(', ');
  const message = `${rejections.length} file links were rejected, because they do not lead to the account’s files: ${reasons}.`;
  return [createDataGap('VENDOR_BAD_RESPONSE', 'link_refused', message)];
}

/** The gaps inside the files. */
export function contentGaps(contents: readonly FileContent[]): readonly DataGap[] {
  const damages = contents.flatMap(({ flaws }) => flaws.damage ?? []);
  const foreign = sum(contents.map(({ flaws }) => flaws.foreign));
  const malformed = sum(contents.map(({ flaws }) => flaws.malformed));
  const gaps: DataGap[] = [];
  if (damages.length > 0) {
    const kinds = [...new Set(damages)].join(', ');
    gaps.push(
      createDataGap(
        'VENDOR_BAD_RESPONSE',
        damages[0] === undefined ? null : toDamageReason(damages[0]),
        `${damages.length} files are damaged (${kinds}) and were read in part.`,
      ),
    );
  }
  if (foreign > 0) {
    gaps.push(
      createDataGap(
        'VENDOR_BAD_RESPONSE',
        'foreign_account',
        `${foreign} records name another account and were omitted.`,
      ),
    );
  }
  if (malformed > 0) {
    gaps.push(
      createDataGap(
        'VENDOR_BAD_RESPONSE',
        'contract',
        `${malformed} records or events could not be read and were omitted.`,
      ),
    );
  }
  return gaps;
}

/** The gap of a lookup by login name. */
export function encryptedLoginGaps(contents: readonly FileContent[]): readonly DataGap[] {
  const files = contents.filter(({ hasEncryptedLogins }) => hasEncryptedLogins).length;
  if (files === 0) return [];
  const message = `The login names in ${files} files are encrypted: look up their agents by agentID.`;
  return [createDataGap('VENDOR_BAD_RESPONSE', 'encrypted', message)];
}

export function retentionGap(days: number): DataGap {
  return createDataGap(
    'VENDOR_REJECTED',
    'retention',
    `LivePerson deletes its files after ${days} days; earlier data is not available.`,
  );
}

/**
 * The gap of a range that reaches beyond the time up to which all events are certain to be in files. It closes by itself: the
 * same request returns more later. Only the instant is named, because the range's end may move with the clock.
 */
export function notYetWrittenGap(during: TimeRange, writtenUntil: Instant): DataGap {
  const advice =
    writtenUntil > during.from ? 'request a range that ends there, or the same range later' : 'request the range later';
  const message =
    `LivePerson writes events hours later; they are certain to be complete up to ${new Date(writtenUntil).toISOString()} ` +
    `(sources.coveredTo): ${advice}.`;
  return { ...createDataGap('VENDOR_UNAVAILABLE', 'not_yet_written', message), retryable: true };
}
