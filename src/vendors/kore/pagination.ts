import { VendorError } from '../../domain/vendor-error.ts';
import { toReferences } from './map.ts';
import type { AgentRecord, DetailsPage } from './wire.ts';

/** How many agents a page may hold; the vendor allows no more. */
export const PAGE_SIZE = 50;

/** No account is asked for more than this at once, whatever the vendor says of further pages. */
export const MAX_PAGES = 40;

/** Once the bodies come to this no further page is read: all that was read is held until the last one is there. */
export const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

export interface FetchedPage extends DetailsPage {
  /** Of the body that it came in. */
  readonly bodyBytes: number;
}

export interface FetchedPages {
  /** In the vendor's order; one that shows up on two pages stands here twice. */
  readonly agents: readonly AgentRecord[];
  /** How many records more came that cannot be read. */
  readonly unreadable: number;
  /**
   * `end`: no more. `stuck`: more is promised, but the last page told nothing new. `cap`, `too_large`: given up after so
   * many pages, or bytes. An error: the page after these (the first one, if there are none) could not be had.
   */
  readonly stopReason: 'end' | 'no-progress' | 'page-limit' | 'too_large' | VendorError;
}

/**
 * Reads page after page. The next one begins behind as many agents as came, not as many as were asked for: the vendor may
 * send fewer.
 */
export async function fetchAllPages(fetchPage: (offset: number) => Promise<FetchedPage>): Promise<FetchedPages> {
  const agents: AgentRecord[] = [];
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
    const seenBefore = seen.size;
    for (const agent of page.data) {
      if (agent === null) continue;
      seen.add(toIdentity(agent));
      agents.push(agent);
    }
    receivedCount += page.data.length;
    totalBytes += page.bodyBytes;
    if (!hasNextPage(page)) return finish('end');
    if (seen.size === seenBefore) return finish('no-progress');
    if (pages === MAX_PAGES) return finish('page-limit');
    if (totalBytes >= MAX_TOTAL_BYTES) return finish('too_large');
  }
}

/** Where the vendor does not say whether there is more, a full page suggests it: full by its own measure, or by ours. */
function hasNextPage({ hasMore, limit, data }: DetailsPage): boolean {
  return hasMore ?? data.length >= Math.min(limit ?? PAGE_SIZE, PAGE_SIZE);
}

/** The userId, the last of the references, tells agents apart; e-mail addresses change hands. */
function toIdentity(agent: AgentRecord): string {
  return toReferences(agent).at(-1) ?? '';
}
