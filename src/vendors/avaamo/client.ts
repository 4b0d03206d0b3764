import type { ZodType } from 'zod';
import { toCallTarget } from '../../domain/call-target.ts';
import type { CivilDate } from '../../domain/time.ts';
import { assertOk, parseJson } from '../../http/response.ts';
import type { CallContext } from '../../http/types.ts';
import { createEndpointUrl } from '../endpoint-url.ts';
import { headerSecrets, redactSecrets } from '../redact.ts';
import type { AdapterDependencies } from '../vendor.ts';
import { createAuthorizer } from './auth.ts';
import type { AvaamoConfig } from './config.ts';
import { formatVendorDate } from './map.ts';
import {
  interventionsResponseSchema,
  type StoredInterventions,
  type StoredUsage,
  usageResponseSchema,
} from './wire.ts';

/** The last parts of the endpoints' paths. */
export const USAGE_ENDPOINT = 'usage.json';
export const INTERVENTIONS_ENDPOINT = 'agent_intervention.json';

/** Two totals and nine parts come to four kilobytes, whatever the range. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A bot and calendar days, both inclusive, at a UTC offset. */
export interface BotDays {
  readonly bot: string;
  readonly from: CivilDate;
  readonly to: CivilDate;
  readonly offsetSeconds: number;
}

export interface AvaamoClient {
  readonly usage: (botDays: BotDays, context: CallContext) => Promise<StoredUsage>;
  readonly interventions: (botDays: BotDays, context: CallContext) => Promise<StoredInterventions>;
}

/**
 * Both endpoints take the same parameters and reject with a VendorError. Sources:
 * https://docs.avaamo.com/user-guide/ref/avaamo-platform-api-documentation/analytics-api/usage.md and agent-intervention.md.
 */
export function createClient(
  config: AvaamoConfig,
  { account, http, clock, onDropped }: Pick<AdapterDependencies, 'account' | 'http' | 'clock' | 'onDropped'>,
): AvaamoClient {
  const authorize = createAuthorizer(config.accessToken);

  async function fetchReport<T extends { readonly unreadable: number }>(
    endpoint: string,
    schema: ZodType<T>,
    botDays: BotDays,
    context: CallContext,
  ): Promise<Omit<T, 'unreadable'>> {
    const target = toCallTarget(account, endpoint);
    const url = createEndpointUrl(config.baseUrl, 'bots', 'analytics', botDays.bot, endpoint);
    // All three are always sent: the vendor's defaults depend on its own clock ("current date", "last three days").
    url.searchParams.set('from_date', formatVendorDate(botDays.from));
    url.searchParams.set('to_date', formatVendorDate(botDays.to));
    url.searchParams.set('utc_offset', `${botDays.offsetSeconds}`);
    const headers = { Accept: 'application/json' };
    const request = { endpoint, method: 'GET', url, headers, authorize, maxBytes: MAX_BODY_BYTES } as const;
    const secrets = [config.accessToken, ...headerSecrets(config)];
    const { unreadable, ...report } = await http.read(request, context, (response) =>
      parseJson(assertOk(redactSecrets(response, secrets), target, clock.now()), schema, target),
    );
    if (unreadable > 0) onDropped(endpoint, 'contract', unreadable);
    return report;
  }

  return {
    usage: (botDays, context) => fetchReport(USAGE_ENDPOINT, usageResponseSchema, botDays, context),
    interventions: (botDays, context) =>
      fetchReport(INTERVENTIONS_ENDPOINT, interventionsResponseSchema, botDays, context),
  };
}
