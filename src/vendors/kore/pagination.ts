import { VendorError } from '../../domain/vendor-error.ts';
import { toIdentity } from './map.ts';
import type { AgentRecord, DetailsPage } from './wire.ts';

/** The vendor's maximum of agents a page. */
export const PAGE_SIZE = 50;

/** The most pages that one request reads, whatever the vendor reports about further pages: `maxPages` of an account, by default. */
export const DEFAULT_MAX_PAGES = 40;

/**
 * The most pages of all agents that the windows of one fetch read together. Without it, a month of one-day windows would be
 * planned with more calls than any query may make.
 */
export const MAX_PAGES_OF_ALL_WINDOWS = 400;

/** The most pages that each of so many windows reads. */
export function pagesPerWindow(windows: number, maxPages: number): number {
  return Math.max(1, Math.min(maxPages, Math.floor(MAX_PAGES_OF_ALL_WINDOWS / windows)));
}

/** The most pages that this number of windows, or any smaller one, reads. */
export function maxPagesOf(windows: number, maxPages: number): number {
  return Math.min(windows * maxPages, Math.max(windows, MAX_PAGES_OF_ALL_WINDOWS));
}

/** No further page is read once the bodies reach this size: all pages are held in memory until the last one. */
export const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

export interface FetchedPage extends DetailsPage {
  readonly bodyBytes: number;
}

export interface FetchedPages {
  /** In the vendor's order; an agent that appears on two pages is listed twice. */
  readonly agents: readonly AgentRecord[];
  /** The number of further records that could not be read. */
  readonly unreadable: number;
  /**
   * `end`: there are no more pages. `no-progress`: the vendor reports more, but the last page had no new agent.
   * `page-limit`, `too_large`: stopped at `maxPages` or MAX_TOTAL_BYTES. An error: the next page (the first one, if there
   * are no agents) failed.
   */
  readonly stopReason: 'end' | 'no-progress' | 'page-limit' | 'too_large' | VendorError;
}

/**
 * Reads page after page. The next page starts after as many agents as were received, not as many as were requested: the
 * vendor may send fewer.
 */
export async function fetchAllPages(
  fetchPage: (offset: number) => Promise<FetchedPage>,
  maxPages = DEFAULT_MAX_PAGES,
): Promise<FetchedPages> {
  const agents: AgentRecord[] = [];
  /** The agents of all pages but the last one. */
  const seen = new Set<string>();
  let receivedCount = 0;
  let totalBytes = 0;
  const finish = (stopReason: FetchedPages['stopReason']): FetchedPages => ({
    agents,
    unreadable: receivedCount - agents.length,
    stopReason,
  });
  for (let pages = 1; ; pages++) {
    let page: FetchedPage;
    try {
      page = await fetchPage(receivedCount);
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      return finish(error);
    }
    for (const agent of page.data) if (agent !== null) agents.push(agent);
    receivedCount += page.data.length;
    totalBytes += page.bodyBytes;
    if (!hasNextPage(page)) return finish('end');
    if (!addIdentities(seen, page)) return finish('no-progress');
    if (pages >= maxPages) return finish('page-limit');
    if (totalBytes >= MAX_TOTAL_BYTES) return finish('too_large');
  }
}

/** Returns whether an agent of the page is new. */
function addIdentities(seen: Set<string>, { data }: FetchedPage): boolean {
  const seenBefore = seen.size;
  for (const agent of data) if (agent !== null) seen.add(toIdentity(agent));
  return seen.size > seenBefore;
}

/** Without `hasMore`, a full page suggests a next one: full by the vendor's `limit`, or by the requested page size. */
function hasNextPage({ hasMore, limit, data }: DetailsPage): boolean {
  return hasMore ?? data.length >= Math.min(limit ?? PAGE_SIZE, PAGE_SIZE);
}
