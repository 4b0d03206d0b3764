import type { DataExtent } from '../../cache/purge-rule.ts';
import { type CivilDate, DAY, startOfUtcDay } from '../../domain/time.ts';

/** What a cached value holds: a cell is of one agent and one UTC day; the list of agents is of neither. */
export function extentOf(_endpoint: string, [kind, agent, day]: readonly unknown[]): DataExtent | null {
  if (kind !== 'cell') return null;
  const from = startOfUtcDay(day as CivilDate);
  return { agent: String(agent), during: { from, to: from + DAY } };
}
