import { VendorError } from '../../domain/vendor-error.ts';
import { referencesOf } from './map.ts';
import type { AgentRecord, DetailsPage } from './wire.ts';

/** How many agents a page may hold; the vendor allows no more. */
export const PAGE_SIZE = 50;

/** No account is asked for more than this at once, whatever the vendor says of further pages. */
export const MAX_PAGES = 40;

export interface Pages {
  /** In the vendor's order; one that shows up on two pages stands here twice. */
  readonly agents: readonly AgentRecord[];
  /**
   * `end`: no more. `stuck`: more is promised, but the last page told nothing new. `cap`: given up. An error: the page
   * after these (the first one, if there are none) could not be had.
   */
  readonly stop: 'end' | 'stuck' | 'cap' | VendorError;
}

/**
 * Reads page after page. The next one begins behind as many agents as came, not as many as were asked for: the vendor may
 * send fewer.
 */
export async function allPages(read: (offset: number) => Promise<DetailsPage>): Promise<Pages> {
  const agents: AgentRecord[] = [];
  const seen = new Set<string>();
  for (let pages = 1; ; pages++) {
    let page: DetailsPage;
    try {
      page = await read(agents.length);
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      return { agents, stop: error };
    }
    const known = seen.size;
    for (const agent of page.data) seen.add(identityOf(agent));
    agents.push(...page.data);
    if (page.data.length === 0 || !promisesMore(page)) return { agents, stop: 'end' };
    if (seen.size === known) return { agents, stop: 'stuck' };
    if (pages === MAX_PAGES) return { agents, stop: 'cap' };
  }
}

/** Where the vendor does not say whether there is more, a full page suggests it. */
function promisesMore(page: DetailsPage): boolean {
  return page.hasMore ?? page.data.length >= PAGE_SIZE;
}

/** The userId, the last of the references, tells agents apart; e-mail addresses change hands. */
function identityOf(agent: AgentRecord): string {
  return referencesOf(agent).at(-1) ?? '';
}
