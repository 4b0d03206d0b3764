import pLimit from 'p-limit';
import type { Provenance } from '../../domain/source.ts';
import type { TimeRange } from '../../domain/time.ts';
import { isNotFound, VendorError } from '../../domain/vendor-error.ts';
import type { MemoryAdmission } from '../content-memory.ts';
import type { DataGap } from '../data-gap.ts';
import { FILE_ENDPOINT, fileKey } from './client.ts';
import { contentGaps, failureGaps, fileLimitGaps, memoryLimitGaps, rejectedLinkGaps } from './data-gaps.ts';
import type { FileContent } from './files/content.ts';
import type { FileSet } from './kept-content.ts';
import { isOverFileBudget, linkRejectedError, type Loaders, MAX_FILES_PER_READ } from './loaders.ts';

/** The batches that are read at a time: several times as many files as are downloaded at once. */
const MAX_READS = 8;

/** The content of all files of some windows, of every agent. */
export interface CollectedFiles {
  readonly contents: readonly FileContent[];
  /** The same content, with the date of each file. */
  readonly fileSet: FileSet;
  /** The origin of the data: lists and files. */
  readonly provenance: readonly Provenance[];
  readonly gaps: readonly DataGap[];
}

/**
 * Lists and reads the files of some windows. Rejects when all lists fail, or all files that were attempted. Files that do not exist
 * are missing parts of a list that was read.
 */
export async function collectFiles(loaders: Loaders, windows: readonly TimeRange[]): Promise<CollectedFiles> {
  const lists = await settleAll(windows.map((window) => loaders.lists.load(window)));
  if (lists.loaded.length === 0 && lists.errors[0]) throw lists.errors[0];
  const links = new Map(lists.loaded.flatMap(({ value }) => value.links.map((link) => [fileKey(link), link])));
  const rejections = lists.loaded.flatMap(({ value }) => value.refused);
  const total = links.size + rejections.length;

  const files = await loadFiles(loaders, [...links.values()]);
  const fileErrors = files.errors.filter((error) => !isOverFileBudget(error));
  const omitted = files.errors.length - fileErrors.length;
  const failure = fileErrors.find((error) => !isNotFound(error));
  if (files.loaded.length === 0 && failure) throw failure;
  if (links.size === 0 && rejections[0]) throw linkRejectedError(loaders.account, rejections[0]);
  const fileSet = await loaders.keptContent.open(files.loaded);
  const contents = fileSet.files.map(({ value }) => value);
  return {
    contents,
    fileSet,
    provenance: [...lists.loaded, ...files.loaded],
    gaps: [
      ...failureGaps(lists.errors, windows.length, 'lists of files'),
      ...failureGaps(fileErrors, total, 'files'),
      ...fileLimitGaps(omitted, total),
      ...memoryLimitGaps(files.unread, total, files.refused),
      ...rejectedLinkGaps(rejections),
      ...contentGaps(contents),
    ],
  };
}

/** Reads files until the end, or until the query may hold no more. */
async function loadFiles(loaders: Loaders, links: readonly string[]) {
  let refused: Exclude<MemoryAdmission, 'admitted'> | null = null;
  let unread = 0;
  const loadBatch = async (batch: readonly string[]) => {
    const admission = await loaders.lease.admit();
    if (admission === 'admitted')
      return settleAll(batch.map((link) => loaders.files.load(link))).finally(loaders.lease.settle);
    refused = admission;
    unread += batch.length;
    return { loaded: [], errors: [] };
  };
  const limitReads = pLimit(MAX_READS);
  const batches = await Promise.all(toBatches(links).map((batch) => limitReads(loadBatch, batch)));
  if (unread > 0) loaders.onDropped(FILE_ENDPOINT, 'memory_limit', unread);
  return {
    loaded: batches.flatMap(({ loaded }) => loaded),
    errors: batches.flatMap(({ errors }) => errors),
    unread,
    refused: refused as Exclude<MemoryAdmission, 'admitted'> | null,
  };
}

function toBatches(links: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(links.length / MAX_FILES_PER_READ) }, (_, index) =>
    links.slice(index * MAX_FILES_PER_READ, (index + 1) * MAX_FILES_PER_READ),
  );
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
