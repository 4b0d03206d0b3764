import type { Cached } from '../../cache/cache.ts';
import type { Account } from '../../domain/account.ts';
import { type SourceReport, failureReport, reportOf } from '../../domain/source.ts';
import type { DateRange } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { vendorError } from '../../http/reply.ts';
import { offsetSeconds, startOfDay } from '../../domain/zones.ts';
import type { Sources } from '../vendor.ts';
import { type BotDays, INTERVENTIONS, USAGE } from './client.ts';
import type { UsageLoaders } from './loaders.ts';
import { type Measured, merge } from './map.ts';

type Outcome = Cached<Measured> | VendorError;

/**
 * Calls only the endpoints whose parts are asked for. One that fails costs its own fields; when all that were called fail,
 * the first one's error is thrown.
 */
export function openUsageSources(account: Account, loaders: UsageLoaders): Sources {
  return {
    usageStats: async (ref, { during, parts }) => {
      const asked = botDays(ref, during);
      const [usage, interventions] = await Promise.all([
        parts.has('usage') ? outcomeOf(loaders.usage.load(asked)) : null,
        parts.has('interventions') ? outcomeOf(loaders.interventions.load(asked)) : null,
      ]);
      const called = [usage, interventions].filter((outcome) => outcome !== null);
      const failures = called.filter((outcome) => outcome instanceof VendorError);
      const [firstFailure] = failures;
      if (firstFailure && failures.length === called.length) throw firstFailure;
      return {
        data: { account: account.name, ref, ...merge(measuredBy(usage), measuredBy(interventions)) },
        sources: [...reportOn(USAGE, usage), ...reportOn(INTERVENTIONS, interventions)],
      };
    },
  };

  function reportOn(endpoint: string, outcome: Outcome | null): readonly SourceReport[] {
    if (outcome === null) return [];
    if (outcome instanceof VendorError) return [failureReport(outcome)];
    const target = { vendor: account.vendor, account: account.name, endpoint };
    const error = outcome.value.isWhole ? null : vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'contract' });
    return [reportOf(target, [outcome], { error })];
  }
}

/**
 * The vendor takes one offset for all days ("Difference in seconds from Coordinated Universal Time (UTC) for a particular
 * place and date"; 19800 for India: east is positive). The first day's is sent, so that the range begins where it should;
 * where the clocks change within the range, its end is off by that change.
 */
export function botDays(bot: string, { from, to, timeZone }: DateRange): BotDays {
  return { bot, from, to, offsetSeconds: offsetSeconds(timeZone, startOfDay(from, timeZone)) };
}

async function outcomeOf(loading: Promise<Cached<Measured>>): Promise<Outcome> {
  try {
    return await loading;
  } catch (error) {
    if (error instanceof VendorError) return error;
    throw error;
  }
}

function measuredBy(outcome: Outcome | null): Measured | null {
  return outcome === null || outcome instanceof VendorError ? null : outcome.value;
}
