import type { Clock } from '../../domain/clock.ts';
import type { CallTarget } from '../../domain/vendor-error.ts';
import type { CallContext, VendorHttp, VendorResponse } from '../../http/types.ts';
import { parseJson, assertOk } from '../../http/response.ts';
import { createEndpointUrl } from '../endpoint-url.ts';
import { redactSecrets } from '../redact.ts';
import { createSigner } from './auth.ts';
import type { KoreConfig } from './config.ts';
import { type AgentRecords, collectRecords } from './agent-records.ts';
import { fetchAllPages, type FetchedPage, PAGE_SIZE } from './pagination.ts';
import { type BatchRequest, toDays } from './batching.ts';
import { rateLimitError, redactTokens } from './rate-limit-message.ts';
import { detailsPageSchema, STATUS_DETAILS_ENDPOINT } from './wire.ts';

/**
 * How long a page may be for each day asked for. Fifty agents, at a hundred changes of status each, come to 740 kB a day: a
 * page of many days may well reach the account's own limit, one of a few days has no reason to.
 */
const MAX_BODY_BYTES_PER_DAY = 2 * 1024 * 1024;

/** No page has less room than one of so many days: there may be more agents on it, or periods of the days around. */
const MIN_BUDGETED_DAYS = 4;

export interface KoreClient {
  /**
   * POST /agentassist/api/public/analytics/account/{accountId}/agentstatusdetails: the statuses of the named agents (by
   * e-mail, at most 50), or of everybody, on some UTC days. It only reads, for all its being a POST.
   * What fails is in the harvest's `shortfall`.
   * Source: https://docs.kore.ai/xo/apis/contact-center/agent-status-details/
   */
  readonly statusDetails: (query: StatusDetailsQuery, context: CallContext) => Promise<AgentRecords>;
}

/** Like an Ask; without agents it means everybody. */
type StatusDetailsQuery = Pick<BatchRequest, 'firstDay' | 'lastDay'> & Partial<Pick<BatchRequest, 'agents'>>;

export function createClient(config: KoreConfig, target: CallTarget, http: VendorHttp, clock: Clock): KoreClient {
  const pathSegments = [
    'agentassist',
    'api',
    'public',
    'analytics',
    'account',
    config.accountId,
    STATUS_DETAILS_ENDPOINT,
  ];
  const authorize = createSigner(config, clock);
  const headers = { 'content-type': 'application/json', accept: 'application/json', iId: config.streamId };

  const redact = (rawResponse: VendorResponse) => redactTokens(redactSecrets(rawResponse, [config.clientSecret]));

  async function fetchPage(query: StatusDetailsQuery, offset: number, context: CallContext): Promise<FetchedPage> {
    const url = createEndpointUrl(config.baseUrl, ...pathSegments);
    url.search = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(offset) }).toString();
    const body = JSON.stringify(toRequestBody(query));
    const keys = query.agents?.length ?? 1;
    const maxBytes = Math.max(toDays(query).length, MIN_BUDGETED_DAYS) * MAX_BODY_BYTES_PER_DAY;
    const request = {
      endpoint: STATUS_DETAILS_ENDPOINT,
      method: 'POST',
      url,
      headers,
      body,
      authorize,
      keys,
      maxBytes,
    } as const;
    const classifyResponse = (rawResponse: VendorResponse) =>
      rateLimitError(redact(rawResponse), target, clock.now()) ?? undefined;
    const response = redact(await http.send({ ...request, idempotent: true, classifyResponse }, context));
    const rateLimited = rateLimitError(response, target, clock.now());
    if (rateLimited) throw rateLimited;
    const page = parseJson(assertOk(response, target, clock.now()), detailsPageSchema, target);
    return { ...page, bodyBytes: response.body.length };
  }

  return {
    statusDetails: async (query, context) =>
      collectRecords(await fetchAllPages((offset) => fetchPage(query, offset, context)), query.agents, target),
  };
}

/** One day has a form of its own. `timeZoneOffSet` (spelled so; minutes west of Greenwich) is always that of UTC. */
function toRequestBody({ agents, firstDay, lastDay }: StatusDetailsQuery): unknown {
  const days = firstDay === lastDay ? { date: firstDay } : { startDate: firstDay, endDate: lastDay };
  return { filter: { ...(agents && { agents }), dateFilter: { ...days, timeZoneOffSet: 0 } } };
}
