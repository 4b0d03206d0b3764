import DataLoader from 'dataloader';
import type { AccountCache, CachedValue, CacheNamespace, OnFetched } from '../../cache/cache.ts';
import { cacheNotFound } from '../../cache/freshness.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Account } from '../../domain/account.ts';
import { toCallTarget } from '../../domain/call-target.ts';
import { type EventLoopYielder, runInSlices } from '../../domain/event-loop-yielder.ts';
import { DAY, SECOND, type TimeRange } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { vendorError } from '../../http/response.ts';
import type { CallContext } from '../../http/types.ts';
import type { ContentLease, ContentMemory } from '../content-memory.ts';
import type { OnDropped } from '../ports.ts';
import { traceBatch } from '../trace-batch.ts';
import type { DataSourceContext } from '../vendor.ts';
import { type Checksummed, isIntact, withChecksum } from './checksum.ts';
import { type Client, FILE_ENDPOINT, fileKey, type FileListing, LIST_ENDPOINT } from './client.ts';
import type { LivePersonConfig } from './config.ts';
import type { LinkRejection } from './file-links.ts';
import { isSuspect } from './files/content.ts';
import { isIntactFile, type StoredFile, storedSize, toStoredFile } from './files/stored-file.ts';
import type { KeptContent } from './kept-content.ts';
import { isSettled, oldestFileTime } from './window.ts';

/** The dependencies of an account, for the lifetime of the process. */
export interface LivePersonDeps {
  readonly account: Account;
  readonly config: LivePersonConfig;
  readonly client: Client;
  readonly cache: AccountCache;
  readonly ttl: Ttl;
  readonly onDropped: OnDropped;
  readonly yielder: EventLoopYielder;
  readonly keptContent: KeptContent;
  readonly contentMemory: ContentMemory;
}

/** Loads each list and each file once a query, for all agents. */
export interface Loaders {
  readonly account: Account;
  readonly onDropped: OnDropped;
  readonly keptContent: KeptContent;
  readonly lists: DataLoader<TimeRange, CachedValue<FileListing>, string>;
  /** Keyed by link. */
  readonly files: DataLoader<string, CachedValue<StoredFile>, string>;
  /** What the query holds of the files that were read. */
  readonly lease: ContentLease;
}

/** The files that are looked up at a time: the checksums of some megabytes are compared in one turn of the event loop. */
export const MAX_FILES_PER_READ = 16;

export const listNamespace: CacheNamespace<TimeRange, Checksummed<FileListing>> = {
  endpoint: LIST_ENDPOINT,
  version: 2,
  keyParts: ({ from, to }) => ['list', from, to],
  isValid: (value): value is Checksummed<FileListing> => isIntact(value, ['links', 'refused']),
};

const fileNamespace: CacheNamespace<string, StoredFile> = {
  endpoint: FILE_ENDPOINT,
  version: 7,
  keyParts: (link) => [fileKey(link)],
  // The records are parsed only when a query reads an agent, which is too late to detect damage.
  isValid: isIntactFile,
};

export function createLoaders(deps: LivePersonDeps, request: DataSourceContext, lease: ContentLease): Loaders {
  return {
    lease,
    account: deps.account,
    onDropped: deps.onDropped,
    keptContent: deps.keptContent,
    lists: new DataLoader<TimeRange, CachedValue<FileListing>, string>(
      (windows) =>
        traceBatch(request, LIST_ENDPOINT, windows.length, (batch) =>
          deps.cache.readMany(listNamespace, windows, batch, (missing, context) =>
            fetchLists(deps, missing, request, context),
          ),
        ),
      { cacheKeyFn: ({ from, to }) => `${from} ${to}` },
    ),
    files: new DataLoader<string, CachedValue<StoredFile>, string>(
      async (links) => {
        const outcomes = await traceBatch(request, FILE_ENDPOINT, links.length, (batch) =>
          readOrFetchFiles(deps, links, batch),
        );
        for (const outcome of outcomes)
          if (!(outcome instanceof VendorError)) lease.add(outcome.value, storedSize(outcome.value));
        return outcomes;
      },
      { cacheKeyFn: fileKey, maxBatchSize: MAX_FILES_PER_READ },
    ),
  };
}

function fetchLists(
  deps: LivePersonDeps,
  windows: readonly TimeRange[],
  request: DataSourceContext,
  context: CallContext,
) {
  const within = { from: oldestFileTime(request.now, deps.config), to: request.now };
  return Promise.all(
    windows.map(async (window) => {
      return fetchOrError(async () => {
        const listing = await deps.client.list(window, within, context);
        // An entry that could not be read, or was refused, may be good the next time.
        const isFinal = listing.refused.length === 0 && isSettled(window, request.now, deps.config);
        const ttlSeconds = isFinal ? deps.ttl.statusPast : deps.ttl.statusLive;
        return { value: withChecksum(listing), ttlSeconds, isFinal };
      });
    }),
  );
}

type FileOutcome = CachedValue<StoredFile> | VendorError;

/**
 * Reads files from the cache or downloads them. A query that joins an in-flight download shares its outcome, including that the
 * query that started it was over its file budget. Such a file is requested again with this query's own budget.
 */
async function readOrFetchFiles(
  deps: LivePersonDeps,
  links: readonly string[],
  request: DataSourceContext,
): Promise<readonly FileOutcome[]> {
  const overBudget = new Set<string>();
  const firstOutcomes = await deps.cache.readMany(fileNamespace, links, request, (missing, context, onFetched) =>
    fetchFiles(deps, missing, request, { context, onFetched, onOverBudget: (link) => overBudget.add(link) }),
  );
  const outcomes = new Map<string, FileOutcome | undefined>(links.map((link, index) => [link, firstOutcomes[index]]));
  const retried = links.filter((link) => isOverFileBudget(outcomes.get(link)) && !overBudget.has(link));
  if (retried.length === 0) return firstOutcomes;
  const retriedOutcomes = await readOrFetchFiles(deps, retried, request);
  retried.forEach((link, index) => outcomes.set(link, retriedOutcomes[index]));
  return links.flatMap((link) => outcomes.get(link) ?? []);
}

interface FileFetch {
  readonly context: CallContext;
  /** Passes each file to its readers before the others of its batch are done. */
  readonly onFetched: OnFetched<string, StoredFile>;
  readonly onOverBudget: (link: string) => void;
}

/** Downloads files. That one does not exist is remembered like a file, but only briefly: it may be written late. */
function fetchFiles(
  deps: LivePersonDeps,
  links: readonly string[],
  request: DataSourceContext,
  { context, onFetched, onOverBudget }: FileFetch,
) {
  const budget = request.takeFileBudget(links.length);
  links.slice(budget).forEach(onOverBudget);
  if (budget < links.length) deps.onDropped(FILE_ENDPOINT, 'file_limit', links.length - budget);
  return Promise.all(
    links.map(async (link, index) => {
      const outcome = index < budget ? await downloadFile(deps, link, context) : fileBudgetError(deps.account);
      onFetched(link, outcome);
      return outcome;
    }),
  );
}

function downloadFile({ client, config, ttl, yielder }: LivePersonDeps, link: string, context: CallContext) {
  return fetchOrError(() =>
    cacheNotFound(async () => {
      const content = await client.file(link, context);
      const ttlSeconds = isSuspect(content) ? Math.min(ttl.statusLive, ttl.files) : ttl.files;
      // A good file never changes. One whose TTL is as long as the vendor keeps it is of no use later.
      const isFinal = !isSuspect(content) && ttlSeconds * SECOND < config.retentionDays * DAY;
      return { value: await runInSlices(toStoredFile(content), yielder), ttlSeconds, isFinal };
    }, ttl.files),
  );
}

async function fetchOrError<Outcome>(load: () => Promise<Outcome>): Promise<Outcome | VendorError> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof VendorError) return error;
    throw error;
  }
}

/** The error for a rejected link. */
export function linkRejectedError(account: Account, rejection: LinkRejection): VendorError {
  return vendorError(toCallTarget(account, FILE_ENDPOINT), 'VENDOR_BAD_RESPONSE', {
    reason: 'link_refused',
    vendorMessage: `a file link was rejected (${rejection})`,
  });
}

const FILE_LIMIT_REASON = 'file_limit';

function fileBudgetError(account: Account): VendorError {
  return vendorError(toCallTarget(account, FILE_ENDPOINT), 'VENDOR_REJECTED', { reason: FILE_LIMIT_REASON });
}

/** Whether a file was omitted because the query had used up its file budget. */
export function isOverFileBudget(outcome: unknown): boolean {
  return outcome instanceof VendorError && outcome.reason === FILE_LIMIT_REASON;
}
