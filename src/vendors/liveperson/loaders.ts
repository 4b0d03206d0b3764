import DataLoader from 'dataloader';
import type { AccountCache, Cached, Fresh, Space } from '../../cache/cache.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Account } from '../../domain/account.ts';
import type { TimeRange } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import type { CallScope } from '../../http/call.ts';
import { vendorError } from '../../http/reply.ts';
import type { QueryScope } from '../vendor.ts';
import { type Checked, isIntact, withChecksum } from './checksum.ts';
import { type Client, FILE, fileKey, type FileList, LIST } from './client.ts';
import type { LivePersonConfig } from './config.ts';
import { type FileContent, isSuspect } from './files/content.ts';
import type { LinkRefusal } from './links.ts';
import { isSettled, oldestFile } from './window.ts';

/** What an account keeps for life. */
export interface LivePersonAccount {
  readonly account: Account;
  readonly config: LivePersonConfig;
  readonly client: Client;
  readonly cache: AccountCache;
  readonly ttl: Ttl;
}

/** Within one query every list is asked for once, and every file is read once for all agents. */
export interface Loaders {
  readonly account: Account;
  readonly lists: DataLoader<TimeRange, Cached<FileList>, string>;
  /** By link. */
  readonly files: DataLoader<string, Cached<FileContent>, string>;
  /** Whether the files read by now tell as much as a query may hold. */
  readonly isFull: () => boolean;
}

/** What a query holds is held beside all that the cache keeps. Characters. */
const MOST_HELD = 256 * 1024 * 1024;

export const listSpace: Space<TimeRange, Checked<FileList>> = {
  endpoint: LIST,
  version: 2,
  canonical: ({ from, to }) => ['list', from, to],
  isValue: (value): value is Checked<FileList> => isIntact(value, ['links', 'refused']),
};

const fileSpace: Space<string, Checked<FileContent>> = {
  endpoint: FILE,
  version: 3,
  canonical: (link) => [fileKey(link)],
  // What the records hold is read only when somebody asks for an agent: too late to find that it cannot be.
  isValue: (value): value is Checked<FileContent> => isIntact(value, ['agents', 'logins', 'size', 'flaws']),
};

export function createLoaders(lp: LivePersonAccount, query: QueryScope): Loaders {
  let held = 0;
  return {
    account: lp.account,
    lists: new DataLoader<TimeRange, Cached<FileList>, string>(
      (windows) =>
        lp.cache.readMany(listSpace, windows, query, (missing, scope) => fetchLists(lp, missing, query, scope)),
      { cacheKeyFn: ({ from, to }) => `${from} ${to}` },
    ),
    files: new DataLoader<string, Cached<FileContent>, string>(
      async (links) => {
        const told = await readFiles(lp, links, query);
        for (const one of told) held += one instanceof VendorError ? 0 : one.value.size;
        return told;
      },
      { cacheKeyFn: fileKey },
    ),
    isFull: () => held > MOST_HELD,
  };
}

function fetchLists(lp: LivePersonAccount, windows: readonly TimeRange[], query: QueryScope, scope: CallScope) {
  const within = { from: oldestFile(query.now, lp.config), to: query.now };
  return Promise.all(
    windows.map(async (window) => {
      const ttlSeconds = isSettled(window, query.now, lp.config) ? lp.ttl.statusPast : lp.ttl.statusLive;
      return orError(async () => ({ value: withChecksum(await lp.client.list(window, within, scope)), ttlSeconds }));
    }),
  );
}

type FileOutcome = Cached<FileContent> | VendorError;

/**
 * Files, kept or downloaded. Whoever joins what is under way shares its end, be it that the query that began it had no leave for
 * a file: that one is asked for again, with this query's own.
 */
async function readFiles(
  lp: LivePersonAccount,
  links: readonly string[],
  query: QueryScope,
): Promise<readonly FileOutcome[]> {
  const refused = new Set<string>();
  const told = await lp.cache.readMany(fileSpace, links, query, (missing, scope) =>
    fetchFiles(lp, missing, query, scope, (link) => refused.add(link)),
  );
  const outcomes = new Map<string, FileOutcome | undefined>(links.map((link, index) => [link, told[index]]));
  const again = links.filter((link) => isNotGranted(outcomes.get(link)) && !refused.has(link));
  if (again.length === 0) return told;
  const retold = await readFiles(lp, again, query);
  again.forEach((link, index) => outcomes.set(link, retold[index]));
  return links.flatMap((link) => outcomes.get(link) ?? []);
}

function fetchFiles(
  lp: LivePersonAccount,
  links: readonly string[],
  query: QueryScope,
  scope: CallScope,
  onRefused: (link: string) => void,
) {
  const granted = query.grantFiles(links.length);
  links.slice(granted).forEach(onRefused);
  return Promise.all(
    links.map(async (link, index) => {
      if (index >= granted) return notGranted(lp.account);
      return orError(async () => {
        const value = withChecksum(await lp.client.file(link, scope));
        return { value, ttlSeconds: isSuspect(value) ? Math.min(lp.ttl.statusLive, lp.ttl.files) : lp.ttl.files };
      });
    }),
  );
}

async function orError<T>(fetch: () => Promise<Fresh<T>>): Promise<Fresh<T> | VendorError> {
  try {
    return await fetch();
  } catch (error) {
    if (error instanceof VendorError) return error;
    throw error;
  }
}

/** Why a link may not be followed, as an error. */
export function linkRefused({ vendor, name }: Account, why: LinkRefusal): VendorError {
  const target = { vendor, account: name, endpoint: FILE };
  return vendorError(target, 'VENDOR_BAD_RESPONSE', {
    reason: 'link_refused',
    said: `a link was not followed (${why})`,
  });
}

const FILE_LIMIT = 'file_limit';

function notGranted({ vendor, name }: Account): VendorError {
  const target = { vendor, account: name, endpoint: FILE };
  return vendorError(target, 'VENDOR_REJECTED', { reason: FILE_LIMIT });
}

/** Whether a file was left out because the query had no leave to download it. */
export function isNotGranted(outcome: unknown): boolean {
  return outcome instanceof VendorError && outcome.reason === FILE_LIMIT;
}
