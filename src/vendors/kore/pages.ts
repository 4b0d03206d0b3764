import { VendorError } from '../../domain/vendor-error.ts';
import { referencesOf } from './map.ts';
import type { AgentRecord, DetailsPage } from './wire.ts';

/** How many agents a page may hold; the vendor allows no more. */
export const PAGE_SIZE = 50;

/** No account is asked for more than this at once, whatever the vendor says of further pages. */
export const MAX_PAGES = 40;

/** Once the bodies come to this no further page is read: all that was read is held until the last one is there. */
export const MAX_BYTES = 64 * 1024 * 1024;

export interface Page extends DetailsPage {
  /** Of the body that it came in. */
  readonly bytes: number;
}

export interface Pages {
  /** In the vendor's order; one that shows up on two pages stands here twice. */
  readonly agents: readonly AgentRecord[];
  /** How many records more came that cannot be read. */
  readonly unreadable: number;
  /**
   * `end`: no more. `stuck`: more is promised, but the last page told nothing new. `cap`, `too_large`: given up after so
   * many pages, or bytes. An error: the page after these (the first one, if there are none) could not be had.
   */
  readonly stop: 'end' | 'stuck' | 'cap' | 'too_large' | VendorError;
}

/**
 * Reads page after page. The next one begins behind as many agents as came, not as many as were asked for: the vendor may
 * send fewer.
 */
export async function allPages(read: (offset: number) => Promise<Page>): Promise<Pages> {
  const agents: AgentRecord[] = [];
  const seen = new Set<string>();
  let received = 0;
  let bytes = 0;
  const stopped = (stop: Pages['stop']): Pages => ({ agents, unreadable: received - agents.length, stop });
  for (let pages = 1; ; pages++) {
    let page: Page;
    try {
      page = await read(received);
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      return stopped(error);
    }
    const known = seen.size;
    for (const agent of page.data) {
      if (agent === null) continue;
      seen.add(identityOf(agent));
      agents.push(agent);
    }
    received += page.data.length;
    bytes += page.bytes;
    if (!promisesMore(page)) return stopped('end');
    if (seen.size === known) return stopped('stuck');
    if (pages === MAX_PAGES) return stopped('cap');
    if (bytes >= MAX_BYTES) return stopped('too_large');
  }
}

/** Where the vendor does not say whether there is more, a full page suggests it: full by its own measure, or by ours. */
function promisesMore({ hasMore, limit, data }: DetailsPage): boolean {
  return hasMore ?? data.length >= Math.min(limit ?? PAGE_SIZE, PAGE_SIZE);
}

/** The userId, the last of the references, tells agents apart; e-mail addresses change hands. */
function identityOf(agent: AgentRecord): string {
  return referencesOf(agent).at(-1) ?? '';
}
