import type { Cached } from '../../cache/cache.ts';
import { type Answer, reportOf } from '../../domain/source.ts';
import { byStart, type StatusPeriod } from '../../domain/status-period.ts';
import { type CivilDate, DAY, startOfUtcDay, type TimeRange, utcDay, utcDaysCovering } from '../../domain/time.ts';
import { type CallTarget, VendorError } from '../../domain/vendor-error.ts';
import type { QueryScope, Sources } from '../vendor.ts';
import { type Cell, reassemble } from './cells.ts';
import { errorOf } from './flaw.ts';
import { createCellLoader, type KoreAccount } from './loaders.ts';
import { statusPeriodOf } from './map.ts';
import { keyOfReference } from './references.ts';

type StatusSources = Required<Pick<Sources, 'statusPeriods' | 'currentStatus'>>;

export function openStatusSources(kore: KoreAccount, query: QueryScope): StatusSources {
  const loader = createCellLoader(kore, query);
  const { target } = kore;
  const today = utcDay(query.now);

  /** Awaits nothing before it asks the loader, or the query's needs would not come together. */
  async function load(ref: string, days: readonly CivilDate[]): Promise<readonly (Cached<Cell> | Error)[]> {
    const agent = keyOfReference(ref);
    return loader.loadMany(days.map((day) => ({ agent, ref: ref.trim(), day })));
  }

  return {
    statusPeriods: async (ref, during) => {
      const outcomes = await load(ref, daysToAsk(during, today));
      return answer(outcomes, target, (cells) =>
        reassemble(cells, during)
          .map((period) => statusPeriodOf(period, target.account, ref))
          .sort(byStart),
      );
    },

    currentStatus: async (ref) => {
      const outcomes = await load(ref, [today]);
      return answer(outcomes, target, (cells) => {
        const ongoing = cells
          .flatMap(({ value }) => value.periods.map((period) => statusPeriodOf(period, target.account, ref)))
          .filter((period) => period.isOngoing);
        return ongoing.sort(byStart).at(-1) ?? null;
      });
    },
  };
}

/** The whole UTC days that cover a range, but none after today: of those the vendor can know nothing. */
export function daysToAsk(during: TimeRange, today: CivilDate): readonly CivilDate[] {
  return utcDaysCovering({ from: during.from, to: Math.min(during.to, startOfUtcDay(today) + DAY) });
}

/** What the cells say, and in the report what they do not; rejects when there is none. */
function answer<T extends StatusPeriod | null | readonly StatusPeriod[]>(
  outcomes: readonly (Cached<Cell> | Error)[],
  target: CallTarget,
  read: (cells: readonly Cached<Cell>[]) => T,
): Answer<T> {
  const cells = outcomes.flatMap((outcome) => (outcome instanceof Error ? [] : [outcome]));
  const errors = outcomes.filter((outcome) => outcome instanceof Error);
  const bug = errors.find((error) => !(error instanceof VendorError));
  if (bug) throw bug;
  const [error] = errors.filter((each) => each instanceof VendorError);
  if (error && cells.length === 0) throw error;
  const flaw = cells.find(({ value }) => value.flaw !== null)?.value.flaw;
  const missing = error ?? (flaw ? errorOf(flaw, target) : null);
  return { data: read(cells), sources: [reportOf(target, cells, { error: missing })] };
}
