import type { CachedValue } from '../../cache/cache.ts';
import { type SourcedResult, sourceReport } from '../../domain/source.ts';
import { byStart, type StatusPeriod } from '../../domain/status-period.ts';
import { type CivilDate, DAY, startOfUtcDay, type TimeRange, utcDay, utcDaysCovering } from '../../domain/time.ts';
import { type CallTarget, VendorError } from '../../domain/vendor-error.ts';
import type { DataSourceContext, AccountDataSource } from '../vendor.ts';
import { type Cell, mergeCells } from './cells.ts';
import { toVendorError } from '../data-gap.ts';
import { createLoaders, type KoreDeps } from './loaders.ts';
import { toStatusPeriod } from './map.ts';
import { canonicalizeReference } from './references.ts';

type StatusDataSource = Required<Pick<AccountDataSource, 'statusPeriods' | 'currentStatus'>>;

export function createDataSource(deps: KoreDeps, request: DataSourceContext): StatusDataSource {
  const loader = createLoaders(deps, request);
  const { target } = deps;
  const today = utcDay(request.now);

  /** Awaits nothing before it asks the loader, or the query's needs would not come together. */
  async function load(ref: string, days: readonly CivilDate[]): Promise<readonly (CachedValue<Cell> | Error)[]> {
    const agent = canonicalizeReference(ref);
    return loader.loadMany(days.map((day) => ({ agent, ref: ref.trim(), day })));
  }

  return {
    statusPeriods: async (ref, during) => {
      const outcomes = await load(ref, daysToRequest(during, today));
      return toResult(outcomes, target, (cells) =>
        mergeCells(cells, during)
          .map((period) => toStatusPeriod(period, target.account, ref))
          .sort(byStart),
      );
    },

    currentStatus: async (ref) => {
      const outcomes = await load(ref, [today]);
      return toResult(outcomes, target, (cells) => {
        const ongoing = cells
          .flatMap(({ value }) => value.periods.map((period) => toStatusPeriod(period, target.account, ref)))
          .filter((period) => period.isOngoing);
        return ongoing.sort(byStart).at(-1) ?? null;
      });
    },
  };
}

/** The whole UTC days that cover a range, but none after today: of those the vendor can know nothing. */
export function daysToRequest(during: TimeRange, today: CivilDate): readonly CivilDate[] {
  return utcDaysCovering({ from: during.from, to: Math.min(during.to, startOfUtcDay(today) + DAY) });
}

/** What the cells say, and in the report what they do not; rejects when there is none. */
function toResult<T extends StatusPeriod | null | readonly StatusPeriod[]>(
  outcomes: readonly (CachedValue<Cell> | Error)[],
  target: CallTarget,
  select: (cells: readonly CachedValue<Cell>[]) => T,
): SourcedResult<T> {
  const cells = outcomes.flatMap((outcome) => (outcome instanceof Error ? [] : [outcome]));
  const errors = outcomes.filter((outcome) => outcome instanceof Error);
  const unexpectedError = errors.find((error) => !(error instanceof VendorError));
  if (unexpectedError) throw unexpectedError;
  const [error] = errors.filter((each) => each instanceof VendorError);
  if (error && cells.length === 0) throw error;
  const gap = cells.find(({ value }) => value.gap !== null)?.value.gap;
  const reportedError = error ?? (gap ? toVendorError(gap, target) : null);
  return { data: select(cells), sources: [sourceReport(target, cells, { error: reportedError })] };
}
