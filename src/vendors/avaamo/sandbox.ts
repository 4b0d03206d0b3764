import type { CompanyBot, FakeVendor, SandboxRequest, SandboxResponse, SandboxWorld } from '../sandbox.ts';

/**
 * Avaamo's two usage reports, as its documentation describes them:
 * https://docs.avaamo.com/user-guide/ref/avaamo-platform-api-documentation/analytics-api/usage.md and
 * …/agent-intervention.md. Of the errors, it shows only the 422 for dates in the wrong order; the others here are guesses
 * in the same format.
 */
const ACCESS_TOKEN = 'sandbox-avaamo-4f1d2c8d9952499ea466fc00';
const REPORT_PATH = /^\/bots\/analytics\/([^/]+)\/(usage|agent_intervention)\.json$/;
const DAY_SECONDS = 86_400;
const BUCKET_COUNT = 9;
/** "Default value is the last three days from the to_date"; the sample, asked without dates, spans four with to_date. */
const DEFAULT_DAYS_BACK = 3;

/** In epoch seconds. */
interface ReportWindow {
  readonly start: number;
  /** The end as it is sent. */
  readonly end: number;
  /** Where counting stops: if `end` is a last second, such as 23:59:59, that second is counted to its end. */
  readonly until: number;
}

const REPORTS = { usage: toUsageStats, agent_intervention: toInterventionStats } as const;

export function createFakeVendor(world: SandboxWorld): FakeVendor {
  return {
    handle: (request) => handleRequest(world, request),
    createAccountConfig: (baseUrl) => ({ name: 'bots', vendor: 'avaamo', baseUrl, accessToken: ACCESS_TOKEN }),
  };
}

function handleRequest(world: SandboxWorld, { method, url, headers }: SandboxRequest): SandboxResponse {
  const [, id = '', report] = REPORT_PATH.exec(url.pathname) ?? [];
  if (method !== 'GET' || (report !== 'usage' && report !== 'agent_intervention'))
    return errorResponse(404, 'Not Found');
  if (headers['access-token'] !== ACCESS_TOKEN) return errorResponse(401, 'Invalid access token');
  const bot = world.company.bots.find(({ refsByVendor }) => refsByVendor.avaamo === id);
  if (!/^\d+$/.test(id) || !bot) return errorResponse(404, 'Agent not found');
  const window = parseWindow(url.searchParams, world.now());
  if ('status' in window) return window;
  const stats = (part: ReportWindow) => REPORTS[report](world, bot, part);
  return jsonResponse(200, {
    aggregate_stats: stats(window),
    previous_interval_stats: stats(toPreviousWindow(window)),
    stats: toBuckets(window).map(stats),
  });
}

/** The requested window. Both dates are inclusive, and `utc_offset` is in seconds, positive east of Greenwich. */
function parseWindow(query: URLSearchParams, now: number): ReportWindow | SandboxResponse {
  const offset = Number(query.get('utc_offset') ?? 0);
  if (!Number.isFinite(offset)) return errorResponse(422, 'Invalid utc_offset');
  const today = Math.floor((now / 1000 + offset) / DAY_SECONDS) * DAY_SECONDS;
  const [fromText, toText] = [query.get('from_date'), query.get('to_date')];
  const to = toText === null ? today : parseDate(toText);
  if (to === null) return errorResponse(422, 'Invalid to_date');
  const from = fromText === null ? to - DEFAULT_DAYS_BACK * DAY_SECONDS : parseDate(fromText);
  if (from === null) return errorResponse(422, 'Invalid from_date');
  if (to < from) return errorResponse(422, 'To Date cannot be before From Date');
  const midnight = to + DAY_SECONDS - offset;
  return { start: from - offset, end: midnight - 1, until: midnight };
}

/** Midnight UTC of a dd/mm/yyyy date in epoch seconds, or null if there is no such day. */
function parseDate(text: string): number | null {
  const [, day, month, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text) ?? [];
  if (day === undefined || month === undefined || year === undefined) return null;
  const iso = `${year}-${month}-${day}`;
  const instant = Date.parse(`${iso}T00:00:00Z`);
  // Depending on the engine, 31/02 is rejected or becomes a day of March.
  const exists = !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(iso);
  return exists ? instant / 1000 : null;
}

/** The previous interval, as in the sample: it begins a second late, and shares an instant with the window after it. */
function toPreviousWindow({ start, end }: ReportWindow): ReportWindow {
  return { start: start - (end - start), end: start, until: start };
}

/** Nine of equal length, neither in whole seconds nor aligned; the floats of the sample are reproduced to the last bit. */
function toBuckets({ start, end, until }: ReportWindow): readonly ReportWindow[] {
  const edge = (index: number): number => start + ((end - start) / BUCKET_COUNT) * index;
  return Array.from({ length: BUCKET_COUNT }, (_, index) => {
    const bucket = { start: edge(index), end: edge(index + 1) };
    return { ...bucket, until: index === BUCKET_COUNT - 1 ? until : bucket.end };
  });
}

function toUsageStats({ company }: SandboxWorld, bot: CompanyBot, { start, end, until }: ReportWindow) {
  const traffic = company.traffic(bot, start * 1000, until * 1000);
  const successful = traffic.messages - traffic.unhandled - traffic.ambiguous;
  return {
    start_time: start,
    end_time: end,
    session_count: traffic.users,
    messages_count: traffic.messages,
    unhandled_messages_count: traffic.unhandled,
    successful_responses_count: successful,
    ambiguous_messages_count: traffic.ambiguous,
    // The samples of the two reports contradict each other for one window: here 0, there 5.
    interventions_count: 0,
    success_rate_count: successful + traffic.ambiguous - traffic.mismatchedAmbiguous,
    success_rate: traffic.messages === 0 ? null : Math.round((successful / traffic.messages) * 1e4) / 100,
  };
}

function toInterventionStats({ company }: SandboxWorld, bot: CompanyBot, { start, end, until }: ReportWindow) {
  const traffic = company.traffic(bot, start * 1000, until * 1000);
  return {
    start_time: start,
    end_time: end,
    session_count: traffic.users,
    interventions_count: traffic.interventions,
    users_count: traffic.users,
  };
}

function errorResponse(status: number, error: string): SandboxResponse {
  return jsonResponse(status, { error });
}

function jsonResponse(status: number, body: unknown): SandboxResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}
