import { z } from 'zod';
import type { CacheNamespace } from '../../cache/cache.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import { type CivilDate, DAY, HOUR, overlaps, startOfUtcDay, type TimeRange } from '../../domain/time.ts';
import { type DataGap, dataGapSchema } from '../data-gap.ts';
import type { StoredPeriod } from './map.ts';
import type { AgentDay } from './batching.ts';
import { STATUS_DETAILS_ENDPOINT } from './wire.ts';

/** What the vendor tells of one agent on one UTC day: the periods that touch the day, each of them whole. */
export interface Cell {
  readonly periods: readonly StoredPeriod[];
  /** What may be missing, and why; null when nothing is. */
  readonly gap: DataGap | null;
}

/** A cell to be asked for. */
export interface CellKey extends AgentDay {
  /** The reference in canonical form. */
  readonly agent: string;
  /** The reference as the caller spells it, which is how the vendor is asked. */
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
};

/** The periods that touch a day. */
export function periodsOn(periods: readonly StoredPeriod[], day: CivilDate): readonly StoredPeriod[] {
  const from = startOfUtcDay(day);
  return periods.filter((period) => overlapsRange(period, { from, to: from + DAY }));
}

/** What ends before it begins, as clocks that were set back have it, counts where it begins, as what took no time does. */
function overlapsRange([start, end]: StoredPeriod, range: TimeRange): boolean {
  return overlaps(range, start, end === null ? null : Math.max(start, end));
}

/**
 * The periods of several cells that touch a range, each once: a period that several cells tell of is told by its start and
 * its two names. Where they disagree on its end (an older cell has it going on), the one fetched last is right.
 */
export function mergeCells(
  cells: readonly { readonly value: Cell; readonly fetchedAt: Instant }[],
  during: TimeRange,
): readonly StoredPeriod[] {
  const cellsByFetchTime = Map.groupBy(cells, ({ fetchedAt }) => fetchedAt);
  const oldestFirst = [...cellsByFetchTime].sort(([a], [b]) => a - b);
  const periods = new Map<string, StoredPeriod>();
  for (const [, sameAge] of oldestFirst) {
    for (const period of dedupePeriods(sameAge.flatMap(({ value }) => value.periods)))
      periods.set(periodKey(period), period);
  }
  return [...periods.values()].filter((period) => overlapsRange(period, during));
}

/**
 * Each period of one answer once. Times are whole seconds, so what lasted less than one may have the start and the names of
 * what came next, and yields to it: together they are one period of that status. Otherwise an answer read in pages may have
 * met a period before and after it ended; of two ends the later one loses nothing.
 */
export function dedupePeriods(periods: readonly StoredPeriod[]): readonly StoredPeriod[] {
  const periodsByKey = new Map<string, StoredPeriod>();
  for (const period of periods) {
    const known = periodsByKey.get(periodKey(period));
    if (!known || supersedes(period, known)) periodsByKey.set(periodKey(period), period);
  }
  return [...periodsByKey.values()];
}

/** By this a period is known again, as by its global id: its end is not part of it, for that may still come. */
function periodKey([start, , , primary, secondary]: StoredPeriod): string {
  return `${start}\u0000${primary}\u0000${secondary ?? ''}`;
}

function supersedes(candidate: StoredPeriod, current: StoredPeriod): boolean {
  return (precedence(candidate) - precedence(current) || (candidate[1] ?? 0) - (current[1] ?? 0)) > 0;
}

/** From what was over at once, through what may go on and what does, to what has lasted and is over. */
function precedence([start, end, isOngoing]: StoredPeriod): number {
  if (end === null) return isOngoing ? 2 : 1;
  return end > start ? 3 : 0;
}

/** How long after a day's end the vendor may still be at work on its records. */
const SETTLING_MS = HOUR;

/**
 * A day is past for good when it has settled, nothing is missing of it, and everything in it has ended. What a passing
 * failure left incomplete is not kept at all.
 */
export function cellTtlSeconds(cell: Cell, day: CivilDate, now: Instant, ttl: Ttl): number {
  if (cell.gap?.retryable) return 0;
  const isSettled = startOfUtcDay(day) + DAY + SETTLING_MS <= now;
  const isFinal = isSettled && cell.gap === null && cell.periods.every(([, end]) => end !== null);
  return isFinal ? ttl.statusPast : ttl.statusLive;
}
