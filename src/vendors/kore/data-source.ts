import type { CachedValue } from '../../cache/cache.ts';
import type { DiscoveredAgent } from '../../domain/agent.ts';
import { toCallTarget } from '../../domain/call-target.ts';
import { allValues, mapValue, type MaybePromise } from '../../domain/maybe-promise.ts';
import { type SourcedResult, sourceReport } from '../../domain/source.ts';
import { byStart, type StatusPeriod } from '../../domain/status-period.ts';
import { type CivilDate, DAY, startOfUtcDay, type TimeRange, utcDay, utcDaysCovering } from '../../domain/time.ts';
import { type CallTarget, VendorError } from '../../domain/vendor-error.ts';
import { toVendorError } from '../data-gap.ts';
import { hasTimeToLive } from '../kept-mapping.ts';
import type { AccountDataSource, DataSourceContext } from '../vendor.ts';
import { type Cell, mergeCells, periodsDuring } from './cells.ts';
import { createDiscovery, directoryNamespace } from './discovery.ts';
import { createLoaders, type KoreDeps } from './loaders.ts';
import { canonicalizeReference } from './references.ts';
import { STATUS_DETAILS_ENDPOINT } from './wire.ts';

export function createDataSource(deps: KoreDeps, request: DataSourceContext): AccountDataSource {
  const loaders = createLoaders(deps, request);
  const target = toCallTarget(deps.account, STATUS_DETAILS_ENDPOINT);
  const today = utcDay(request.now);
  const tomorrow = startOfUtcDay(today) + DAY;

  let knownDays: { readonly during: TimeRange; readonly days: readonly CivilDate[] } | null = null;
  /** The agents of a list have the same range. */
  function daysOf(during: TimeRange): readonly CivilDate[] {
    if (knownDays?.during !== during) knownDays = { during, days: daysToRequest(during, today) };
    return knownDays.days;
  }

  /** Calls the loader before it waits for anything: only the reads of the same tick share a batch. */
  function load<T>(
    ref: string,
    days: readonly CivilDate[],
    toSourced: (outcomes: readonly (CachedValue<Cell> | Error)[]) => T,
  ): MaybePromise<T> {
    const agent = canonicalizeReference(ref);
    const spelling = ref.trim();
    const [day] = days;
    // The usual case: without a promise of all.
    if (day !== undefined && days.length === 1)
      return mapOutcome(loaders.cells({ agent, ref: spelling, day }), (outcome) => toSourced([outcome]));
    const outcomes = days.map((each) => mapOutcome(loaders.cells({ agent, ref: spelling, day: each }), (one) => one));
    return mapValue(allValues(outcomes), toSourced);
  }

  const toPeriodsOf = (cell: CachedValue<Cell>, ref: string): readonly StatusPeriod[] =>
    deps.toPeriods(cell.value, cell.fetchedAt, ref, hasTimeToLive(cell));

  return {
    statusPeriods: (ref, during) => {
      if (during.to > tomorrow) request.restrictCache(tomorrow);
      const toPeriods = (cells: readonly CachedValue<Cell>[]): readonly StatusPeriod[] => {
        const [only] = cells;
        // The periods of one response are stored each once.
        if (only && cells.length === 1) return periodsDuring(toPeriodsOf(only, ref), during);
        const isKept = cells.some(hasTimeToLive);
        return mergeCells(cells, during)
          .map(({ period, observedAt }) => deps.toPeriod(period, observedAt, ref, isKept))
          .sort(byStart);
      };
      const days = daysOf(during);
      return load(ref, days, (outcomes) => toResult(days, outcomes, target, toPeriods));
    },

    currentStatus: (ref) => {
      request.restrictCache(tomorrow);
      const toOngoing = (cells: readonly CachedValue<Cell>[]): StatusPeriod | null => {
        const ongoing = cells.flatMap((cell) => toPeriodsOf(cell, ref)).filter((period) => period.isOngoing);
        return ongoing.sort(byStart).at(-1) ?? null;
      };
      return load(ref, [today], (outcomes) => toResult([today], outcomes, target, toOngoing));
    },

    ...(deps.config.discover && { discover: createDiscovery(deps, request) }),
  };
}

/** Applies `change` to the cell, or to the error of one that could not be read: it costs only that cell. */
function mapOutcome<T>(
  cell: MaybePromise<CachedValue<Cell>>,
  change: (outcome: CachedValue<Cell> | Error) => T,
): MaybePromise<T> {
  return cell instanceof Promise ? cell.then(change, change) : change(cell);
}

/** The agents of the cached discovery; null when a call would be needed. */
export async function cachedAgents({ cache }: KoreDeps): Promise<readonly DiscoveredAgent[] | null> {
  const [cached] = await cache.peek(directoryNamespace, [null]);
  return cached?.value?.agents ?? null;
}

/** The UTC days that cover a range, up to today: the vendor has no data of later days. */
export function daysToRequest(during: TimeRange, today: CivilDate): readonly CivilDate[] {
  return utcDaysCovering({ from: during.from, to: Math.min(during.to, startOfUtcDay(today) + DAY) });
}

/** The data of the days' cells, with missing data in the report. Throws when no cell could be read. */
function toResult<T extends StatusPeriod | null | readonly StatusPeriod[]>(
  days: readonly CivilDate[],
  outcomes: readonly (CachedValue<Cell> | Error)[],
  target: CallTarget,
  select: (cells: readonly CachedValue<Cell>[]) => T,
): SourcedResult<T> {
  if (outcomes.every(isWhole)) return { data: select(outcomes), sources: [sourceReport(target, outcomes)] };
  const cells = outcomes.filter((outcome): outcome is CachedValue<Cell> => !(outcome instanceof Error));
  const errors = outcomes.filter((outcome) => outcome instanceof Error);
  const unexpectedError = errors.find((error) => !(error instanceof VendorError));
  if (unexpectedError) throw unexpectedError;
  const [error] = errors.filter((each) => each instanceof VendorError);
  if (error && cells.length === 0) throw error;
  const gap = cells.find(({ value }) => value.gap !== null)?.value.gap;
  const reportedError = error ?? (gap ? toVendorError(gap, target) : null);
  const incompleteDuring = days.flatMap((day, index) => incompletePart(day, outcomes[index]) ?? []);
  const report = sourceReport(target, cells, {
    error: reportedError,
    ...(incompleteDuring.length > 0 && { incompleteDuring }),
  });
  return { data: select(cells), sources: [report] };
}

/** Whether it is a cell of which nothing is missing, and which is not stale. */
function isWhole(outcome: CachedValue<Cell> | Error): outcome is CachedValue<Cell> {
  return !(outcome instanceof Error) && outcome.value.gap === null && outcome.staleReason === undefined;
}

/** The part of a day in which data of its cell may be missing: for a stale one, what came after it. Null where nothing can. */
function incompletePart(day: CivilDate, outcome: CachedValue<Cell> | Error | undefined): TimeRange | null {
  const from = startOfUtcDay(day);
  const to = from + DAY;
  if (outcome === undefined || outcome instanceof Error || outcome.value.gap) return { from, to };
  return outcome.staleReason ? { from: Math.max(from, Math.min(outcome.fetchedAt, to)), to } : null;
}
