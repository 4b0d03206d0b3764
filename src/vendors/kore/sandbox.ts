import { z } from 'zod';
import type { Instant } from '../../domain/clock.ts';
import type { FakeVendor, OpenSandbox, SandboxReply, SandboxRequest, SandboxWorld } from '../sandbox.ts';
import { agentOf, seatsOf } from './sandbox/agents.ts';
import { parseJson } from './sandbox/json.ts';
import type { Span } from './sandbox/statuses.ts';
import { isGenuine } from './sandbox/token.ts';

/**
 * Kore.ai's Agent Status Details, as https://docs.kore.ai/xo/apis/contact-center/agent-status-details/ describes it. That
 * page shows no error; the envelope here is the one of Kore's other public APIs.
 */
const ACCOUNT = {
  accountId: '63f07d26f04465685df4a1b2',
  streamId: 'st-e19dd469-90f5-5655-b0b2-858de9010c0f',
  clientId: 'cs-b0233c67-322e-5d1a-9fb7-366e7f5915a7',
  clientSecret: 'sandbox-kore-client-secret-5mPqVx0Zr8',
} as const;
const PATH = /^\/agentassist\/api\/public\/analytics\/account\/([^/]+)\/agentstatusdetails$/;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** "Default is 50, Maximum is 50 – applied to the agent counts". */
const PAGE = 50;
const MOST_AGENTS = 50;

const json = (status: number, body: unknown): SandboxReply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});

const refuse = (status: number, msg: string, code = status): SandboxReply => json(status, { errors: [{ msg, code }] });
const invalid = (): SandboxReply => refuse(412, 'Validation errors/ Invalid arguments');
const unauthorized = (msg: string): SandboxReply => refuse(401, msg, 4002);

/** A wrong account or stream is 401 too, as with Kore's other public APIs. */
const refusalOf = (accountId: string, headers: SandboxRequest['headers'], now: Instant): SandboxReply | null => {
  const ids = accountId === ACCOUNT.accountId && headers.iid === ACCOUNT.streamId;
  if (headers.auth === undefined || !ids) return unauthorized('Invalid SDK credentials');
  return isGenuine(headers.auth, ACCOUNT, now) ? null : unauthorized('Invalid JWT token');
};

/** In minutes; no place on Earth is further from UTC. */
const timeZoneOffSet = z
  .number()
  .min(-14 * 60)
  .max(14 * 60);
const dates = z.union([
  z.object({ date: z.iso.date(), timeZoneOffSet }),
  z.object({ startDate: z.iso.date(), endDate: z.iso.date(), timeZoneOffSet }),
]);
const bodyShape = z.object({
  filter: z.object({ agents: z.array(z.string()).min(1).max(MOST_AGENTS).optional(), dateFilter: dates }),
});
const pageShape = z.object({
  limit: z.coerce.number().int().min(1).default(PAGE),
  offset: z.coerce.number().int().min(0).default(0),
});

const spanOf = (filter: z.infer<typeof dates>): Span => {
  const [first, last] = 'date' in filter ? [filter.date, filter.date] : [filter.startDate, filter.endDate];
  const west = filter.timeZoneOffSet;
  return { from: Date.parse(first) + west * MINUTE, to: Date.parse(last) + DAY + west * MINUTE, west };
};

/** Counts the calls of the last minute, and says whether one more is too many. */
const createQuota = (perMinute: number, now: () => Instant): (() => boolean) => {
  let calls: readonly Instant[] = [];
  return () => {
    calls = calls.filter((at) => at > now() - MINUTE);
    const isSpent = calls.length >= perMinute;
    if (!isSpent) calls = [...calls, now()];
    return isSpent;
  };
};

const listStatuses = (world: SandboxWorld, { url, headers, body }: SandboxRequest): SandboxReply => {
  const isJson = headers['content-type']?.startsWith('application/json') === true;
  const page = pageShape.safeParse(Object.fromEntries(url.searchParams));
  const asked = bodyShape.safeParse(isJson ? parseJson(body.toString()) : undefined);
  if (!page.success || !asked.success) return invalid();
  const { agents, dateFilter } = asked.data.filter;
  const span = spanOf(dateFilter);
  if (span.to <= span.from) return invalid();
  const { offset } = page.data;
  const limit = Math.min(page.data.limit, PAGE);
  const wanted = agents && new Set(agents.map((email) => email.toLowerCase()));
  const seats = seatsOf(world).filter(({ email }) => wanted?.has(email.toLowerCase()) ?? true);
  const data = seats.slice(offset, offset + limit).map((seat) => agentOf(world, seat, span));
  return json(200, { hasMore: offset + data.length < seats.length, limit, offset, data });
};

/** `requestsPerMinute`: Kore grants 60 per account (https://docs.kore.ai/xo/apis/contact-center/rate-limit-ccai/). */
export const sandboxWith =
  ({ requestsPerMinute }: { readonly requestsPerMinute: number }): OpenSandbox =>
  (world): FakeVendor => {
    const isQuotaSpent = createQuota(requestsPerMinute, () => world.now());
    return {
      answer: (request) => {
        const [, accountId] = PATH.exec(request.url.pathname) ?? [];
        if (accountId === undefined) return refuse(404, 'Resource not found');
        if (request.method !== 'POST') return refuse(405, 'Method Not Allowed');
        const refusal = refusalOf(accountId, request.headers, world.now());
        if (refusal) return refusal;
        return isQuotaSpent()
          ? refuse(429, "You've exceeded the per-minute rate limit. Please wait for sometime before retrying.")
          : listStatuses(world, request);
      },
      account: (baseUrl) => ({ name: 'kore-main', vendor: 'kore', baseUrl, ...ACCOUNT, requestsPerMinute }),
    };
  };

/** Ten times what Kore grants, so that playing with the sandbox does not mean waiting. */
export const openSandbox: OpenSandbox = sandboxWith({ requestsPerMinute: 600 });
