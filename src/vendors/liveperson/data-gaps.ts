import { isNotFound, type VendorError } from '../../domain/vendor-error.ts';
import { createDataGap, type DataGap, toDataGap } from '../data-gap.ts';
import type { FileContent } from './files/content.ts';
import type { LinkRejection } from './file-links.ts';

/**
 * Calls of one kind that failed, out of so many: a gap for each way in which they did. What the vendor does not have comes
 * last, for it tells least about how the vendor is.
 */
export function failureGaps(errors: readonly VendorError[], total: number, items: string): readonly DataGap[] {
  const sorted = errors.toSorted((a, b) => Number(isNotFound(a)) - Number(isNotFound(b)));
  const groups = Map.groupBy(sorted, ({ code, reason }) => `${code} ${reason}`);
  return [...groups.values()].flatMap((failed) =>
    failed.slice(0, 1).map((error) => ({
      ...toDataGap(error),
      message: `${failed.length} of ${total} ${items} are missing: ${error.message}.`,
    })),
  );
}

export function fileLimitGaps(omitted: number, total: number): readonly DataGap[] {
  if (omitted === 0) return [];
  const message = `${omitted} of ${total} files were left out: a query may download no more than limits.maxFiles allows.`;
  return [createDataGap('VENDOR_REJECTED', 'file_limit', message)];
}

/** Files that were not read, because those before them tell enough for a query to hold. */
export function memoryLimitGaps(omitted: number, total: number): readonly DataGap[] {
  if (omitted === 0) return [];
  const message = `${omitted} of ${total} files were left out: those before them tell as much as a query may hold.`;
  return [createDataGap('VENDOR_REJECTED', 'too_large', message)];
}

export function rejectedLinkGaps(rejections: readonly LinkRejection[]): readonly DataGap[] {
  if (rejections.length === 0) return [];
  const reasons = [...new Set(rejections)].join(', ');
  const message = `${rejections.length} file links were not followed, because they lead where the account’s files are not: ${reasons}.`;
  return [createDataGap('VENDOR_BAD_RESPONSE', 'link_refused', message)];
}

/** What the files themselves lack. */
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
        damages[0] ?? null,
        `${damages.length} files are damaged (${kinds}) and were read in part.`,
      ),
    );
  }
  if (foreign > 0) {
    gaps.push(
      createDataGap(
        'VENDOR_BAD_RESPONSE',
        'foreign_account',
        `${foreign} records name another account and were left out.`,
      ),
    );
  }
  if (malformed > 0) {
    gaps.push(
      createDataGap(
        'VENDOR_BAD_RESPONSE',
        'contract',
        `${malformed} records or events could not be read and were left out.`,
      ),
    );
  }
  return gaps;
}

/** What is missing for whoever is asked for by a login name. */
export function encryptedLoginGaps(contents: readonly FileContent[]): readonly DataGap[] {
  const files = contents.filter(({ hasEncryptedLogins }) => hasEncryptedLogins).length;
  if (files === 0) return [];
  const message = `The login names in ${files} files are encrypted: who is named there can be found by agentID only.`;
  return [createDataGap('VENDOR_BAD_RESPONSE', 'encrypted', message)];
}

export function retentionGap(days: number): DataGap {
  return createDataGap(
    'VENDOR_REJECTED',
    'retention',
    `LivePerson keeps its files for ${days} days; what they told before that is gone.`,
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
