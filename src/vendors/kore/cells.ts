import { z } from 'zod';
import type { Space } from '../../cache/cache.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import { type CivilDate, DAY, HOUR, overlaps, startOfUtcDay, type TimeRange } from '../../domain/time.ts';
import { type Flaw, flaw } from './flaw.ts';
import type { Period } from './map.ts';
import type { Place } from './plan.ts';
import { ENDPOINT } from './wire.ts';

/** What the vendor tells of one agent on one UTC day: the periods that touch the day, each of them whole. */
export interface Cell {
  readonly periods: readonly Period[];
  /** What may be missing, and why; null when nothing is. */
  readonly flaw: Flaw | null;
}

/** A cell to be asked for. */
export interface CellKey extends Place {
  /** The reference in canonical form. */
  readonly agent: string;
  /** The reference as the caller spells it, which is how the vendor is asked. */
  readonly ref: string;
}

const cell: z.ZodType<Cell> = z.object({
  periods: z.array(
    z.tuple([z.number(), z.number().nullable(), z.boolean().nullable(), z.string(), z.string().nullable()]),
  ),
  flaw: flaw.nullable(),
});

export const cellSpace: Space<CellKey, Cell> = {
  endpoint: ENDPOINT,
  version: 1,
  canonical: ({ agent, day }) => ['cell', agent, day],
  isValue: (value): value is Cell => cell.safeParse(value).success,
};

/** The periods that touch a day. */
export function cut(periods: readonly Period[], day: CivilDate): readonly Period[] {
  const from = startOfUtcDay(day);
  return periods.filter((period) => touches(period, { from, to: from + DAY }));
}

/** What ends before it begins, as clocks that were set back have it, counts where it begins, as what took no time does. */
function touches([start, end]: Period, range: TimeRange): boolean {
  return overlaps(range, start, end === null ? null : Math.max(start, end));
}

/**
 * The periods of several cells that touch a range, each once: a period that several cells tell of is told by its start and
 * its two names. Where they disagree on its end (an older cell has it going on), the one fetched last is right.
 */
export function reassemble(
  cells: readonly { readonly value: Cell; readonly fetchedAt: Instant }[],
  during: TimeRange,
): readonly Period[] {
  const byAge = Map.groupBy(cells, ({ fetchedAt }) => fetchedAt);
  const oldestFirst = [...byAge].sort(([a], [b]) => a - b);
  const periods = new Map<string, Period>();
  for (const [, sameAge] of oldestFirst) {
    for (const period of eachOnce(sameAge.flatMap(({ value }) => value.periods))) periods.set(nameOf(period), period);
  }
  return [...periods.values()].filter((period) => touches(period, during));
}

/**
 * Each period of one answer once. Times are whole seconds, so what lasted less than one may have the start and the names of
 * what came next, and yields to it: together they are one period of that status. Otherwise an answer read in pages may have
 * met a period before and after it ended; of two ends the later one loses nothing.
 */
export function eachOnce(periods: readonly Period[]): readonly Period[] {
  const kept = new Map<string, Period>();
  for (const period of periods) {
    const known = kept.get(nameOf(period));
    if (!known || outweighs(period, known)) kept.set(nameOf(period), period);
  }
  return [...kept.values()];
}

/** By this a period is known again, as by its global id: its end is not part of it, for that may still come. */
function nameOf([start, , , primary, secondary]: Period): string {
  return `${start}\u0000${primary}\u0000${secondary ?? ''}`;
}

function outweighs(one: Period, other: Period): boolean {
  return (classOf(one) - classOf(other) || (one[1] ?? 0) - (other[1] ?? 0)) > 0;
}

/** From what was over at once, through what may go on and what does, to what has lasted and is over. */
function classOf([start, end, isOngoing]: Period): number {
  if (end === null) return isOngoing ? 2 : 1;
  return end > start ? 3 : 0;
}

/** How long after a day's end the vendor may still be at work on its records. */
const SETTLING = HOUR;

/**
 * A day is past for good when it has settled, nothing is missing of it, and everything in it has ended. What a passing
 * failure left incomplete is not kept at all.
 */
export function secondsToLive(cell: Cell, day: CivilDate, now: Instant, ttl: Ttl): number {
  if (cell.flaw?.mayPass) return 0;
  const settled = startOfUtcDay(day) + DAY + SETTLING <= now;
  const final = settled && cell.flaw === null && cell.periods.every(([, end]) => end !== null);
  return final ? ttl.statusPast : ttl.statusLive;
}
