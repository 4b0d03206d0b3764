import { z } from 'zod';
import type { Instant } from '../../domain/clock.ts';
import type { FakeVendor, SandboxRequest, SandboxResponse, SandboxWorld } from '../sandbox.ts';
import { listAgents, toAgentRecord } from './sandbox/agents.ts';
import { parseJson } from './sandbox/json.ts';
import type { RequestedSpan } from './sandbox/statuses.ts';
import { isValidToken } from './sandbox/token.ts';

/**
 * Kore.ai's Agent Status Details, as https://docs.kore.ai/xo/apis/contact-center/agent-status-details/ describes it. That
 * page shows no error; the error envelope is that of Kore's other public APIs.
 */
const ACCOUNT = {
  accountId: '63f07d26f04465685df4a1b2',
  streamId: 'st-e19dd469-90f5-5655-b0b2-858de9010c0f',
  clientId: 'cs-b0233c67-322e-5d1a-9fb7-366e7f5915a7',
  clientSecret: 'sandbox-kore-client-secret-5mPqVx0Zr8',
} as const;
const STATUS_DETAILS_PATH = /^\/agentassist\/api\/public\/analytics\/account\/([^/]+)(?:\/v3)?\/agentstatusdetails$/;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** "Default is 50, Maximum is 50 – applied to the agent counts". */
const MAX_PAGE_SIZE = 50;
const MAX_AGENTS = 50;

/** Kore grants 60 per account (https://docs.kore.ai/xo/apis/contact-center/rate-limit-ccai/); ten times that avoids waiting. */
const DEFAULT_REQUESTS_PER_MINUTE = 600;

/** In minutes; no time zone is further from UTC. */
const timeZoneOffsetSchema = z
  .number()
  .min(-14 * 60)
  .max(14 * 60);
const dateFilterSchema = z.union([
  z.object({ date: z.iso.date(), timeZoneOffSet: timeZoneOffsetSchema }),
  z.object({ startDate: z.iso.date(), endDate: z.iso.date(), timeZoneOffSet: timeZoneOffsetSchema }),
]);
const requestBodySchema = z.object({
  filter: z.object({ agents: z.array(z.string()).min(1).max(MAX_AGENTS).optional(), dateFilter: dateFilterSchema }),
});
const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).default(MAX_PAGE_SIZE),
  offset: z.coerce.number().int().min(0).default(0),
});

/** Creates Kore.ai's fake; `requestsPerMinute` is its rate limit. */
export function createFakeVendor(
  world: SandboxWorld,
  { requestsPerMinute = DEFAULT_REQUESTS_PER_MINUTE }: { readonly requestsPerMinute?: number } = {},
): FakeVendor {
  const isRateLimited = createRateLimit(requestsPerMinute, () => world.now());
  return {
    handle: (request) => {
      const [, accountId] = STATUS_DETAILS_PATH.exec(request.url.pathname) ?? [];
      if (accountId === undefined) return errorResponse(404, 'Resource not found');
      if (request.method !== 'POST') return errorResponse(405, 'Method Not Allowed');
      const authError = findAuthError(accountId, request.headers, world.now());
      if (authError) return authError;
      return isRateLimited()
        ? errorResponse(429, "You've exceeded the per-minute rate limit. Please wait for sometime before retrying.")
        : listStatuses(world, request);
    },
    createAccountConfig: (baseUrl) => ({ name: 'kore-main', vendor: 'kore', baseUrl, ...ACCOUNT, requestsPerMinute }),
  };
}

function listStatuses(world: SandboxWorld, { url, headers, body }: SandboxRequest): SandboxResponse {
  const isJson = headers['content-type']?.startsWith('application/json') === true;
  const page = pageQuerySchema.safeParse(Object.fromEntries(url.searchParams));
  const requestBody = requestBodySchema.safeParse(isJson ? parseJson(body.toString()) : undefined);
  if (!page.success || !requestBody.success) return invalidResponse();
  const { agents, dateFilter } = requestBody.data.filter;
  const span = toSpan(dateFilter);
  if (span.to <= span.from) return invalidResponse();
  const { offset } = page.data;
  const limit = Math.min(page.data.limit, MAX_PAGE_SIZE);
  const requestedEmails = agents && new Set(agents.map((email) => email.toLowerCase()));
  const listedAgents = listAgents(world).filter(({ email }) => requestedEmails?.has(email.toLowerCase()) ?? true);
  const data = listedAgents.slice(offset, offset + limit).map((agent) => toAgentRecord(world, agent, span));
  return jsonResponse(200, { hasMore: offset + data.length < listedAgents.length, limit, offset, data });
}

function toSpan(filter: z.infer<typeof dateFilterSchema>): RequestedSpan {
  const [first, last] = 'date' in filter ? [filter.date, filter.date] : [filter.startDate, filter.endDate];
  const minutesWest = filter.timeZoneOffSet;
  return {
    from: Date.parse(first) + minutesWest * MINUTE,
    to: Date.parse(last) + DAY + minutesWest * MINUTE,
    minutesWest,
  };
}

/** A wrong account or stream is 401 too, as with Kore's other public APIs. */
function findAuthError(accountId: string, headers: SandboxRequest['headers'], now: Instant): SandboxResponse | null {
  const hasValidIds = accountId === ACCOUNT.accountId && headers.iid === ACCOUNT.streamId;
  if (headers.auth === undefined || !hasValidIds) return unauthorizedResponse('Invalid SDK credentials');
  return isValidToken(headers.auth, ACCOUNT, now) ? null : unauthorizedResponse('Invalid JWT token');
}

/** Counts the calls of the last minute; returns whether this call exceeds the limit. */
function createRateLimit(perMinute: number, now: () => Instant): () => boolean {
  let calls: readonly Instant[] = [];
  return () => {
    calls = calls.filter((at) => at > now() - MINUTE);
    const isExceeded = calls.length >= perMinute;
    if (!isExceeded) calls = [...calls, now()];
    return isExceeded;
  };
}

function invalidResponse(): SandboxResponse {
  return errorResponse(412, 'Validation errors/ Invalid arguments');
}

function unauthorizedResponse(msg: string): SandboxResponse {
  return errorResponse(401, msg, 4002);
}

function errorResponse(status: number, msg: string, code = status): SandboxResponse {
  return jsonResponse(status, { errors: [{ msg, code }] });
}

function jsonResponse(status: number, body: unknown): SandboxResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}
