import type { ZodType } from 'zod';
import type { CivilDate } from '../../domain/time.ts';
import type { CallScope } from '../../http/call.ts';
import { readJson, requireOk } from '../../http/reply.ts';
import { endpointUrl } from '../path.ts';
import { withoutSecrets } from '../redact.ts';
import type { Shared } from '../vendor.ts';
import { accessTokenHeader } from './auth.ts';
import type { AvaamoConfig } from './config.ts';
import { vendorDate } from './map.ts';
import { type Interventions, type Usage, interventionReply, usageReply } from './wire.ts';

/** The last parts of the endpoints' paths. */
export const USAGE = 'usage.json';
export const INTERVENTIONS = 'agent_intervention.json';

/** Two totals and nine parts come to four kilobytes, whatever the range. */
const MAX_BYTES = 1024 * 1024;

/** A bot and whole days, both inclusive, of clocks that many seconds ahead of UTC. */
export interface BotDays {
  readonly bot: string;
  readonly from: CivilDate;
  readonly to: CivilDate;
  readonly offsetSeconds: number;
}

export interface AvaamoClient {
  readonly usage: (asked: BotDays, scope: CallScope) => Promise<Usage>;
  readonly interventions: (asked: BotDays, scope: CallScope) => Promise<Interventions>;
}

/**
 * Both endpoints take the same question; both reject with a VendorError. Sources:
 * https://docs.avaamo.com/user-guide/ref/avaamo-platform-api-documentation/analytics-api/usage.md and agent-intervention.md.
 */
export function createClient(config: AvaamoConfig, { account, http, clock }: Shared): AvaamoClient {
  const authorize = accessTokenHeader(config.accessToken);

  async function get<T>(endpoint: string, form: ZodType<T>, asked: BotDays, scope: CallScope): Promise<T> {
    const target = { vendor: account.vendor, account: account.name, endpoint };
    const url = endpointUrl(config.baseUrl, 'bots', 'analytics', asked.bot, endpoint);
    // All three are always sent: the vendor's defaults depend on its own clock ("current date", "last three days").
    url.searchParams.set('from_date', vendorDate(asked.from));
    url.searchParams.set('to_date', vendorDate(asked.to));
    url.searchParams.set('utc_offset', `${asked.offsetSeconds}`);
    const headers = { Accept: 'application/json' };
    const request = { endpoint, method: 'GET', url, headers, authorize, maxBytes: MAX_BYTES } as const;
    const reply = await http.send(request, scope);
    return readJson(requireOk(withoutSecrets(reply, [config.accessToken]), target, clock.now()), form, target);
  }

  return {
    usage: (asked, scope) => get(USAGE, usageReply, asked, scope),
    interventions: (asked, scope) => get(INTERVENTIONS, interventionReply, asked, scope),
  };
}
