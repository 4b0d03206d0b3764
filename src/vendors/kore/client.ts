import type { Clock } from '../../domain/clock.ts';
import type { CallTarget } from '../../domain/vendor-error.ts';
import type { CallScope, VendorHttp, VendorReply } from '../../http/call.ts';
import { readJson, requireOk } from '../../http/reply.ts';
import { endpointUrl } from '../path.ts';
import { withoutSecrets } from '../redact.ts';
import { createSigner } from './auth.ts';
import type { KoreConfig } from './config.ts';
import { type Harvest, harvestOf } from './harvest.ts';
import { allPages, type Page, PAGE_SIZE } from './pages.ts';
import { type Ask, daysOf } from './plan.ts';
import { rateLimitError, withoutTokens } from './refusal.ts';
import { detailsPage, ENDPOINT } from './wire.ts';

/**
 * How long a page may be for each day asked for. Fifty agents, at a hundred changes of status each, come to 740 kB a day: a
 * page of many days may well reach the account's own limit, one of a few days has no reason to.
 */
const MAX_BYTES_A_DAY = 2 * 1024 * 1024;

/** No page has less room than one of so many days: there may be more agents on it, or periods of the days around. */
const DAYS_AT_LEAST = 4;

export interface Client {
  /**
   * POST /agentassist/api/public/analytics/account/{accountId}/agentstatusdetails: the statuses of the named agents (by
   * e-mail, at most 50), or of everybody, on some UTC days. It only reads, for all its being a POST.
   * What fails is in the harvest's `shortfall`.
   * Source: https://docs.kore.ai/xo/apis/contact-center/agent-status-details/
   */
  readonly statusDetails: (ask: Query, scope: CallScope) => Promise<Harvest>;
}

/** Like an Ask; without agents it means everybody. */
type Query = Pick<Ask, 'firstDay' | 'lastDay'> & Partial<Pick<Ask, 'agents'>>;

export function createClient(config: KoreConfig, target: CallTarget, http: VendorHttp, clock: Clock): Client {
  const endpoint = ['agentassist', 'api', 'public', 'analytics', 'account', config.accountId, ENDPOINT];
  const authorize = createSigner(config, clock);
  const headers = { 'content-type': 'application/json', accept: 'application/json', iId: config.streamId };

  const cleaned = (sent: VendorReply) => withoutTokens(withoutSecrets(sent, [config.clientSecret]));

  async function readPage(query: Query, offset: number, scope: CallScope): Promise<Page> {
    const url = endpointUrl(config.baseUrl, ...endpoint);
    url.search = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(offset) }).toString();
    const body = JSON.stringify(bodyOf(query));
    const keys = query.agents?.length ?? 1;
    const maxBytes = Math.max(daysOf(query).length, DAYS_AT_LEAST) * MAX_BYTES_A_DAY;
    const request = { endpoint: ENDPOINT, method: 'POST', url, headers, body, authorize, keys, maxBytes } as const;
    const trouble = (sent: VendorReply) => rateLimitError(cleaned(sent), target, clock.now()) ?? undefined;
    const reply = cleaned(await http.send({ ...request, idempotent: true, trouble }, scope));
    const rateLimited = rateLimitError(reply, target, clock.now());
    if (rateLimited) throw rateLimited;
    const page = readJson(requireOk(reply, target, clock.now()), detailsPage, target);
    return { ...page, bytes: reply.body.length };
  }

  return {
    statusDetails: async (query, scope) =>
      harvestOf(await allPages((offset) => readPage(query, offset, scope)), query.agents, target),
  };
}

/** One day has a form of its own. `timeZoneOffSet` (spelled so; minutes west of Greenwich) is always that of UTC. */
function bodyOf({ agents, firstDay, lastDay }: Query): unknown {
  const days = firstDay === lastDay ? { date: firstDay } : { startDate: firstDay, endDate: lastDay };
  return { filter: { ...(agents && { agents }), dateFilter: { ...days, timeZoneOffSet: 0 } } };
}
