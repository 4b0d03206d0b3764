import type { CachedValue } from '../../cache/cache.ts';
import type { Provenance } from '../../domain/source.ts';
import type { TimeRange } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import type { DataGap } from '../data-gap.ts';
import { FILE_ENDPOINT, fileKey } from './client.ts';
import { contentGaps, failureGaps, fileLimitGaps, memoryLimitGaps, rejectedLinkGaps } from './data-gaps.ts';
import type { FileContent } from './files/content.ts';
import { isOverFileBudget, linkRejectedError, type Loaders } from './loaders.ts';

/** Files per batch, many times as many as are downloaded at once. The content of a whole batch is held in memory. */
const MAX_FILES_PER_BATCH = 128;

/** The content of all files of some windows, of every agent. */
export interface CollectedFiles {
  readonly contents: readonly FileContent[];
  /** The same files with the origin of each. */
  readonly files: readonly CachedValue<FileContent>[];
  /** The origin of the data: lists and files. */
  readonly provenance: readonly Provenance[];
  readonly gaps: readonly DataGap[];
}

/** Lists and reads the files of some windows. Rejects when all lists fail, or all files that were attempted. */
export async function collectFiles(loaders: Loaders, windows: readonly TimeRange[]): Promise<CollectedFiles> {
  const lists = await settleAll(windows.map((window) => loaders.lists.load(window)));
  if (lists.loaded.length === 0 && lists.errors[0]) throw lists.errors[0];
  const links = new Map(lists.loaded.flatMap(({ value }) => value.links.map((link) => [fileKey(link), link])));
  const rejections = lists.loaded.flatMap(({ value }) => value.refused);
  const total = links.size + rejections.length;

  const files = await loadFiles(loaders, [...links.values()]);
  const fileErrors = files.errors.filter((error) => !isOverFileBudget(error));
  const omitted = files.errors.length - fileErrors.length;
  if (files.loaded.length === 0 && fileErrors[0]) throw fileErrors[0];
  if (links.size === 0 && rejections[0]) throw linkRejectedError(loaders.account, rejections[0]);
  const contents = files.loaded.map(({ value }) => value);
  return {
    contents,
    files: files.loaded,
    provenance: [...lists.loaded, ...files.loaded],
    gaps: [
      ...failureGaps(lists.errors, windows.length, 'lists of files'),
      ...failureGaps(fileErrors, total, 'files'),
      ...fileLimitGaps(omitted, total),
      ...memoryLimitGaps(files.unread, total),
      ...rejectedLinkGaps(rejections),
      ...contentGaps(contents),
    ],
  };
}

/** Reads files in batches until the end or the memory limit. */
async function loadFiles(loaders: Loaders, links: readonly string[]) {
  const loaded: CachedValue<FileContent>[] = [];
  const errors: VendorError[] = [];
  let next = 0;
  for (; next < links.length && !loaders.isOverMemoryLimit(); next += MAX_FILES_PER_BATCH) {
    const batch = await settleAll(
      links.slice(next, next + MAX_FILES_PER_BATCH).map((link) => loaders.files.load(link)),
    );
    loaded.push(...batch.loaded);
    errors.push(...batch.errors);
  }
  const unread = links.slice(next).length;
  if (unread > 0) loaders.onDropped(FILE_ENDPOINT, 'memory_limit', unread);
  return { loaded, errors, unread };
}

async function settleAll<T>(
  calls: readonly Promise<T>[],
): Promise<{ readonly loaded: readonly T[]; readonly errors: readonly VendorError[] }> {
  const loaded: T[] = [];
  const errors: VendorError[] = [];
  for (const outcome of await Promise.allSettled(calls)) {
    if (outcome.status === 'fulfilled') loaded.push(outcome.value);
    else if (outcome.reason instanceof VendorError) errors.push(outcome.reason);
    else throw outcome.reason;
  }
  return { loaded, errors };
}
