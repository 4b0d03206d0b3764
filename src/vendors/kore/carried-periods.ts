import type { AccountCache } from '../../cache/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import { DAY, utcDay } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import type { CellResult } from './agent-records.ts';
import type { DayBounds } from './batching.ts';
import { cellNamespace, dedupePeriods, periodsOn } from './cells.ts';

/**
 * Adds to the cells of a request for today alone what the cached cells of yesterday know of today: a period that began yesterday and
 * has ended since. No document says whether the vendor lists it under today, too. Without it, an answer would have the period
 * as long as requests include yesterday, and lose it once yesterday is final.
 */
export async function addCarriedPeriods(
  cache: Pick<AccountCache, 'peek'>,
  results: readonly CellResult[],
  { firstDay }: Pick<DayBounds, 'firstDay'>,
  now: Instant,
): Promise<readonly CellResult[]> {
  const today = utcDay(now);
  if (firstDay !== today) return results;
  const yesterday = utcDay(now - DAY);
  const known = await cache.peek(
    cellNamespace,
    results.map(({ agent }) => ({ agent, ref: agent, day: yesterday })),
  );
  return results.map((result, index) => {
    const { cell } = result;
    const carried = periodsOn(known[index]?.value?.periods ?? [], today);
    if (carried.length === 0 || cell instanceof VendorError) return result;
    const periods = dedupePeriods([...carried, ...cell.value.periods]);
    return { ...result, cell: { ...cell, value: { ...cell.value, periods } } };
  });
}
