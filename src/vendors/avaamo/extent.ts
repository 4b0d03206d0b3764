import type { DataExtent } from '../../cache/purge-rule.ts';
import { type CivilDate, DAY, SECOND, startOfUtcDay } from '../../domain/time.ts';

/** What a cached value holds: the counts of one bot on some days, and of as many days before them, to which the vendor compares. */
export function extentOf(_endpoint: string, keyParts: readonly unknown[]): DataExtent {
  const [bot, firstDay, lastDay, offsetSeconds] = keyParts as readonly [string, CivilDate, CivilDate, number];
  const from = startOfUtcDay(firstDay) - offsetSeconds * SECOND;
  const to = startOfUtcDay(lastDay) + DAY - offsetSeconds * SECOND;
  return { agent: bot, during: { from: from - (to - from), to } };
}
