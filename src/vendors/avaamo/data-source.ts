import type { CachedValue } from '../../cache/cache.ts';
import { toCallTarget } from '../../domain/call-target.ts';
import { allValues, mapValue, type MaybePromise } from '../../domain/maybe-promise.ts';
import { failureReport, type SourcedResult, type SourceReport, sourceReport } from '../../domain/source.ts';
import { offsetSeconds, startOfDay } from '../../domain/time-zone.ts';
import { type CivilDate, type DateRange, DAY, startOfUtcDay, utcDay } from '../../domain/time.ts';
import type { UsageStats } from '../../domain/usage-stats.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { vendorError } from '../../http/response.ts';
import type { QueryLoader } from '../query-loader.ts';
import type { AccountDataSource, DataSourceContext } from '../vendor.ts';
import { type BotDays, INTERVENTIONS_ENDPOINT, USAGE_ENDPOINT } from './client.ts';
import { type AvaamoDeps, createLoaders } from './loaders.ts';
import { mergeReports, toInterventionsReport, toUnknownInterval, toUsageReport, type UsageReport } from './map.ts';

type ReportOutcome = CachedValue<UsageReport> | VendorError;

/**
 * Calls only the endpoints whose parts are requested. A failing endpoint affects only its own fields; if all called
 * endpoints fail, the first error is thrown.
 */
export function createDataSource(deps: AvaamoDeps, request: DataSourceContext): AccountDataSource {
  const { account } = deps;
  const loaders = createLoaders(deps, request);

  return {
    usageStats(ref, { during, parts }) {
      const key = toBotDays(ref, during);
      const [usage, interventions] = [
        parts.has('usage') ? load(loaders.usage, key, toUsageReport) : null,
        parts.has('interventions') ? load(loaders.interventions, key, toInterventionsReport) : null,
      ];
      return mapValue(allValues([usage, interventions]), ([usageOutcome = null, interventionsOutcome = null]) =>
        toResult(ref, during, usageOutcome, interventionsOutcome),
      );
    },
  };

  function toResult(
    ref: string,
    during: DateRange,
    usage: ReportOutcome | null,
    interventions: ReportOutcome | null,
  ): SourcedResult<UsageStats> {
    const called = [usage, interventions].filter((outcome) => outcome !== null);
    const failures = called.filter((outcome) => outcome instanceof VendorError);
    const [firstFailure] = failures;
    if (firstFailure && failures.length === called.length) throw firstFailure;
    const { current, ...merged } = mergeReports(reportOrNull(usage), reportOrNull(interventions));
    // Totals of `{}` have no boundaries: those of the request then say what the unknown counts are about.
    const requested =
      called.length === 0
        ? null
        : toUnknownInterval(startOfDay(during.from, during.timeZone), startOfDay(nextDay(during.to), during.timeZone));
    return {
      data: { account: account.name, ref, current: current ?? requested, ...merged },
      sources: [...toSourceReports(USAGE_ENDPOINT, usage), ...toSourceReports(INTERVENTIONS_ENDPOINT, interventions)],
    };
  }

  function toSourceReports(endpoint: string, outcome: ReportOutcome | null): readonly SourceReport[] {
    if (outcome === null) return [];
    if (outcome instanceof VendorError) return [failureReport(outcome)];
    const target = toCallTarget(account, endpoint);
    const error = outcome.value.isComplete ? null : vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'contract' });
    return [sourceReport(target, [outcome], { error })];
  }
}

/**
 * The vendor takes one offset for all days ("Difference in seconds from Coordinated Universal Time (UTC) for a particular
 * place and date"; 19800 for India: east is positive). The offset of the first day is sent, so that the range begins at the
 * right instant. If the offset changes within the range, its end is off by that change.
 */
export function toBotDays(bot: string, { from, to, timeZone }: DateRange): BotDays {
  return { bot, from, to, offsetSeconds: offsetSeconds(timeZone, startOfDay(from, timeZone)) };
}

function nextDay(day: CivilDate): CivilDate {
  return utcDay(startOfUtcDay(day) + DAY);
}

/** The report; a VendorError as a value. */
function load<Stored>(
  loadStored: QueryLoader<BotDays, Stored>,
  key: BotDays,
  toReport: (stored: Stored) => UsageReport,
): MaybePromise<ReportOutcome> {
  const toOutcome = (cached: CachedValue<Stored>): ReportOutcome => ({ ...cached, value: toReport(cached.value) });
  const loading = loadStored(key);
  return loading instanceof Promise ? loading.then(toOutcome).catch(asVendorError) : toOutcome(loading);
}

function asVendorError(error: unknown): VendorError {
  if (error instanceof VendorError) return error;
  throw error;
}

function reportOrNull(outcome: ReportOutcome | null): UsageReport | null {
  return outcome === null || outcome instanceof VendorError ? null : outcome.value;
}
