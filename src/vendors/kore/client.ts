import { toCallTarget } from '../../domain/call-target.ts';
import { assertAccountOk, parseJsonBody, validateJson } from '../../http/response.ts';
import type { CallContext, VendorRequest, VendorResponse } from '../../http/types.ts';
import { createEndpointUrl } from '../endpoint-url.ts';
import { headerSecrets, redactSecrets } from '../redact.ts';
import type { AdapterDependencies } from '../vendor.ts';
import { type AgentRecords, collectRecords } from './agent-records.ts';
import { createSigner } from './auth.ts';
import { type BatchRequest, type DayBounds, toDays } from './batching.ts';
import type { KoreConfig } from './config.ts';
import { fetchAllPages, type FetchedPage, PAGE_SIZE } from './pagination.ts';
import { rateLimitError } from './rate-limit-message.ts';
import { redactTokens } from './redact.ts';
import { detailsPageSchema, STATUS_DETAILS_ENDPOINT } from './wire.ts';

/**
 * The size limit of a page for each requested day. Fifty agents with a hundred status changes each come to 740 kB a day. A
 * page of many days may well reach the account's own limit; a page of a few days has no reason to.
 */
const MAX_BODY_BYTES_PER_DAY = 2 * 1024 * 1024;

/** Every page may be as large as a page of this many days: it may hold more agents, or periods of the days around. */
const MIN_BUDGETED_DAYS = 4;

export interface KoreClient {
  /**
   * POST /agentassist/api/public/analytics/account/{accountId}/agentstatusdetails: the statuses of the named agents (by
   * e-mail, at most 50), or of all agents, on some UTC days. Although it is a POST, it changes nothing at the vendor.
   * Failures are returned in `AgentRecords.error`.
   * Source: https://docs.kore.ai/xo/apis/contact-center/agent-status-details/
   */
  readonly statusDetails: (query: StatusDetailsQuery, context: CallContext) => Promise<AgentRecords>;
}

/** Like a BatchRequest; without `agents` it means all agents. Reads at most `maxPages`, or DEFAULT_MAX_PAGES. */
type StatusDetailsQuery = DayBounds &
  Partial<Pick<BatchRequest, 'agents'>> & { readonly maxPages?: number | undefined };

export function createClient(
  config: KoreConfig,
  { account, http, clock, onDropped }: Pick<AdapterDependencies, 'account' | 'http' | 'clock' | 'onDropped'>,
): KoreClient {
  const target = toCallTarget(account, STATUS_DETAILS_ENDPOINT);
  const authorize = createSigner(config, clock);

  const secrets = [config.clientSecret, ...headerSecrets(config)];

  function redact(response: VendorResponse): VendorResponse {
    return redactTokens(redactSecrets(response, secrets));
  }

  /** Throws a VendorError for a response that is not a page. */
  function parsePage(response: VendorResponse): FetchedPage {
    const redacted = redact(response);
    const json = parseJsonBody(redacted.body);
    const rateLimited = rateLimitError(redacted, json, target, clock.now());
    if (rateLimited) throw rateLimited;
    assertAccountOk(redacted, target, clock.now());
    const page = validateJson(json, detailsPageSchema, target);
    return { ...page, bodyBytes: response.body.length };
  }

  function fetchPage(query: StatusDetailsQuery, offset: number, context: CallContext): Promise<FetchedPage> {
    const request: VendorRequest = { ...toPageRequest(config, query, offset), authorize, idempotent: true };
    return http.read(request, context, parsePage);
  }

  return {
    statusDetails: async (query, context) => {
      const pages = await fetchAllPages((offset) => fetchPage(query, offset, context), query.maxPages);
      return collectRecords(pages, query.agents, target, onDropped);
    },
  };
}

function toPageRequest(config: KoreConfig, query: StatusDetailsQuery, offset: number): VendorRequest {
  const url = createEndpointUrl(
    config.baseUrl,
    'agentassist',
    'api',
    'public',
    'analytics',
    'account',
    config.accountId,
    ...(config.apiVersion === 1 ? [] : [`v${config.apiVersion}`]),
    STATUS_DETAILS_ENDPOINT,
  );
  url.search = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(offset) }).toString();
  return {
    endpoint: STATUS_DETAILS_ENDPOINT,
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', accept: 'application/json', iId: config.streamId },
    body: JSON.stringify(toRequestBody(query)),
    keys: query.agents?.length ?? 1,
    maxBytes: Math.max(toDays(query).length, MIN_BUDGETED_DAYS) * MAX_BODY_BYTES_PER_DAY,
  };
}

/** A single day has a format of its own. `timeZoneOffSet` (spelled so; minutes west of Greenwich) is always that of UTC. */
function toRequestBody({ agents, firstDay, lastDay }: StatusDetailsQuery): unknown {
  const days = firstDay === lastDay ? { date: firstDay } : { startDate: firstDay, endDate: lastDay };
  return { filter: { ...(agents && { agents }), dateFilter: { ...days, timeZoneOffSet: 0 } } };
}
