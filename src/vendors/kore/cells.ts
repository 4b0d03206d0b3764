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
  return periods.filter(([start, end]) => overlaps({ from, to: from + DAY }, start, end));
}

/**
 * The periods of several cells that touch a range, each once: a period that several cells tell of is told by its start and
 * its two names. Where they disagree on its end (an older cell has it going on), the one fetched last is right.
 */
export function reassemble(
  cells: readonly { readonly value: Cell; readonly fetchedAt: Instant }[],
  during: TimeRange,
): readonly Period[] {
  const oldestFirst = [...cells].sort((a, b) => a.fetchedAt - b.fetchedAt).map(({ value }) => value.periods);
  return merge(oldestFirst).filter(([start, end]) => overlaps(during, start, end));
}

/** Each period once, as the last list that has it tells it. */
export function merge(lists: readonly (readonly Period[])[]): readonly Period[] {
  const periods = new Map<string, Period>();
  for (const period of lists.flat()) {
    const [start, , , primary, secondary] = period;
    periods.set(`${start}\u0000${primary}\u0000${secondary ?? ''}`, period);
  }
  return [...periods.values()];
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
