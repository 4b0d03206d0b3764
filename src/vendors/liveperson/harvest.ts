import type { Cached } from '../../cache/cache.ts';
import type { Provenance } from '../../domain/source.ts';
import type { TimeRange } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { fileKey } from './client.ts';
import type { FileContent } from './files/content.ts';
import { type Gap, gapOfFileLimit, gapOfRefusedLinks, gapOfSize, gapsOfContents, gapsOfFailures } from './gaps.ts';
import { isNotGranted, linkRefused, type Loaders } from './loaders.ts';

/** So many files are read at a time: many times as many as are downloaded at once. Whatever they tell is held. */
const PORTION = 128;

/** All that the files of some windows tell, of every agent. */
export interface Harvest {
  readonly contents: readonly FileContent[];
  /** Where it comes from: lists and files. */
  readonly parts: readonly Provenance[];
  readonly gaps: readonly Gap[];
}

/** Lists and reads the files of some windows. Rejects when all lists fail, or all files that were tried. */
export async function harvest(loaders: Loaders, windows: readonly TimeRange[]): Promise<Harvest> {
  const lists = await all(windows.map((window) => loaders.lists.load(window)));
  if (lists.had.length === 0 && lists.failed[0]) throw lists.failed[0];
  const links = new Map(lists.had.flatMap(({ value }) => value.links.map((link) => [fileKey(link), link])));
  const refused = lists.had.flatMap(({ value }) => value.refused);
  const wanted = links.size + refused.length;

  const files = await readFiles(loaders, [...links.values()]);
  const failed = files.failed.filter((error) => !isNotGranted(error));
  const leftOut = files.failed.length - failed.length;
  if (files.had.length === 0 && failed[0]) throw failed[0];
  if (links.size === 0 && refused[0]) throw linkRefused(loaders.account, refused[0]);
  const contents = files.had.map(({ value }) => value);
  return {
    contents,
    parts: [...lists.had, ...files.had],
    gaps: [
      ...gapsOfFailures(lists.failed, windows.length, 'lists of files'),
      ...gapsOfFailures(failed, wanted, 'files'),
      ...gapOfFileLimit(leftOut, wanted),
      ...gapOfSize(files.unread, wanted),
      ...gapOfRefusedLinks(refused),
      ...gapsOfContents(contents),
    ],
  };
}

/** Reads files until there is no more to read, or to hold. */
async function readFiles(loaders: Loaders, links: readonly string[]) {
  const had: Cached<FileContent>[] = [];
  const failed: VendorError[] = [];
  let next = 0;
  for (; next < links.length && !loaders.isFull(); next += PORTION) {
    const portion = await all(links.slice(next, next + PORTION).map((link) => loaders.files.load(link)));
    had.push(...portion.had);
    failed.push(...portion.failed);
  }
  return { had, failed, unread: links.slice(next).length };
}

async function all<T>(
  calls: readonly Promise<T>[],
): Promise<{ readonly had: readonly T[]; readonly failed: readonly VendorError[] }> {
  const had: T[] = [];
  const failed: VendorError[] = [];
  for (const outcome of await Promise.allSettled(calls)) {
    if (outcome.status === 'fulfilled') had.push(outcome.value);
    else if (outcome.reason instanceof VendorError) failed.push(outcome.reason);
    else throw outcome.reason;
  }
  return { had, failed };
}
