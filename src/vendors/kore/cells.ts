import { z } from 'zod';
import type { CacheNamespace, FetchedValue } from '../../cache/cache.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import type { StatusPeriod } from '../../domain/status-period.ts';
import { type CivilDate, DAY, HOUR, overlaps, startOfUtcDay, type TimeRange } from '../../domain/time.ts';
import { type DataGap, dataGapSchema } from '../data-gap.ts';
import type { AgentDay } from './batching.ts';
import type { ObservedPeriod, StoredPeriod } from './map.ts';
import { STATUS_DETAILS_ENDPOINT } from './wire.ts';

/** One agent on one UTC day: the periods that touch the day, unclipped. */
export interface Cell {
  readonly periods: readonly StoredPeriod[];
  /** Why data may be missing; null when the cell is complete. */
  readonly gap: DataGap | null;
}

/** A cell to read. */
export interface CellKey extends AgentDay {
  /** The reference in canonical form. */
  readonly agent: string;
  /** The reference as the caller spells it, which is how it is sent to the vendor. */
  readonly ref: string;
}

const cellSchema: z.ZodType<Cell> = z.object({
  periods: z.array(
    z.tuple([z.number(), z.number().nullable(), z.boolean().nullable(), z.string(), z.string().nullable()]),
  ),
  gap: dataGapSchema.nullable(),
});

export const cellNamespace: CacheNamespace<CellKey, Cell> = {
  endpoint: STATUS_DETAILS_ENDPOINT,
  version: 2,
  keyParts: ({ agent, day }) => ['cell', agent, day],
  isValid: (value): value is Cell => cellSchema.safeParse(value).success,
  isBatched: true,
  isComplete: ({ gap }) => gap === null,
};

/** The periods that touch a day. */
export function periodsOn(periods: readonly StoredPeriod[], day: CivilDate): readonly StoredPeriod[] {
  const from = startOfUtcDay(day);
  const range = { from, to: from + DAY };
  return filterUnlessAll(periods, (period) => overlapsRange(period, range));
}

/** The periods that touch a range. */
export function periodsDuring(periods: readonly StatusPeriod[], range: TimeRange): readonly StatusPeriod[] {
  return filterUnlessAll(periods, ({ start, end }) => overlapsPeriod(range, start, end));
}

/** The items that pass: the same list where all do, as nearly always. */
function filterUnlessAll<T>(items: readonly T[], passes: (item: T) => boolean): readonly T[] {
  return items.every(passes) ? items : items.filter(passes);
}

function overlapsRange(period: StoredPeriod, range: TimeRange): boolean {
  return overlapsPeriod(range, period[0], period[1]);
}

/** A period that ends before it begins (after a clock was set back) counts at its start, like a period of no length. */
function overlapsPeriod(range: TimeRange, start: Instant, end: Instant | null): boolean {
  return overlaps(range, start, end === null ? null : Math.max(start, end));
}

/**
 * The periods of several cells that touch a range, each once: the same period in several cells is recognised by its start
 * and its two names. Where the cells disagree on its end (it is still ongoing in an older cell), the cell fetched last wins;
 * the period was observed when that cell was requested.
 */
export function mergeCells(
  cells: readonly { readonly value: Cell; readonly fetchedAt: Instant }[],
  during: TimeRange,
): readonly ObservedPeriod[] {
  const cellsByFetchTime = Map.groupBy(cells, ({ fetchedAt }) => fetchedAt);
  const oldestFirst = [...cellsByFetchTime].sort(([a], [b]) => a - b);
  const periods: PeriodIndex<ObservedPeriod> = new Map();
  for (const [observedAt, cellsOfSameAge] of oldestFirst) {
    for (const period of dedupePeriods(cellsOfSameAge.flatMap(({ value }) => value.periods)))
      periods.set(slotOf(period, periods.get(period[0])?.period), { period, observedAt });
  }
  return [...periods.values()].filter(({ period }) => overlapsRange(period, during));
}

/**
 * Each period of one response once. Times are whole seconds, so a period shorter than a second may have the start and the
 * names of the next one. It yields to the next one: together they are one period of that status. Otherwise, a response read
 * in pages may contain a period before and after it ended; the later of two ends loses nothing.
 */
export function dedupePeriods(periods: readonly StoredPeriod[]): readonly StoredPeriod[] {
  // As nearly every list: with a start for each there are no two of one key.
  if (haveRisingStarts(periods)) return periods;
  const bySlot: PeriodIndex<StoredPeriod> = new Map();
  for (const period of periods) {
    const slot = slotOf(period, bySlot.get(period[0]));
    const known = bySlot.get(slot);
    if (!known || supersedes(period, known)) bySlot.set(slot, period);
  }
  return [...bySlot.values()];
}

/** By index: destructuring would create an iterator for each of the hundreds of periods of a response. */
function haveRisingStarts(periods: readonly StoredPeriod[]): boolean {
  for (let index = 1; index < periods.length; index += 1) {
    if (!((periods[index]?.[0] ?? NaN) > (periods[index - 1]?.[0] ?? NaN))) return false;
  }
  return true;
}

/**
 * Periods by their start and their two names, as a global id identifies them; the end may not be known yet. Few periods have the
 * start of another one, and a number as the key takes a tenth of the time of a text: the first period of a start has the start itself as
 * its key, any other one a text.
 */
type PeriodIndex<Entry> = Map<number | string, Entry>;

/** The key of a period; `first` is the one whose key is the same start, if there is one. */
function slotOf([start, , , primary, secondary]: StoredPeriod, first: StoredPeriod | undefined): number | string {
  const isFirst = first === undefined || (first[3] === primary && first[4] === secondary);
  return isFirst ? start : `${start}\u0000${primary}\u0000${secondary ?? ''}`;
}

function supersedes(candidate: StoredPeriod, current: StoredPeriod): boolean {
  return (precedence(candidate) - precedence(current) || (candidate[1] ?? 0) - (current[1] ?? 0)) > 0;
}

/** Rising: ended at once, possibly ongoing, ongoing, ended after some time. */
function precedence([start, end, isOngoing]: StoredPeriod): number {
  if (end === null) return isOngoing ? 2 : 1;
  return end > start ? 3 : 0;
}

/** How long after a day's end the vendor may still change its records. */
const SETTLING_MS = HOUR;

/**
 * A day is final when it has settled, nothing of it is missing, and all its periods have ended. A cell that a retryable
 * failure left incomplete is not cached.
 */
export function cellLifetime(
  cell: Cell,
  day: CivilDate,
  now: Instant,
  ttl: Ttl,
): Required<Pick<FetchedValue<Cell>, 'ttlSeconds' | 'isFinal'>> {
  if (cell.gap?.retryable) return { ttlSeconds: 0, isFinal: false };
  const isSettled = startOfUtcDay(day) + DAY + SETTLING_MS <= now;
  const isFinal = isSettled && cell.gap === null && cell.periods.every((period) => period[1] !== null);
  return { ttlSeconds: isFinal ? ttl.statusPast : ttl.statusLive, isFinal };
}
