import type { Agent, Seat } from '../domain/agent.ts';
import type { SourceReport } from '../domain/source.ts';
import type { DateRange } from '../domain/time.ts';
import type { UsagePart, UsageQuery, UsageStats } from '../domain/usage.ts';
import { ask, seatsFor } from './ask.ts';
import type { Desk } from './desk.ts';
import { sourceIncomplete } from './incomplete.ts';
import { checkDates } from './input.ts';

export interface SourcedUsageStats extends UsageStats {
  readonly sources: readonly SourceReport[];
}

/** The days as a caller words them: an explicit null zone means the default, too. */
export type UsageDates = Omit<DateRange, 'timeZone'> & { readonly timeZone?: string | null };

/** Throws InvalidInput. */
export function usageQueryOf(dates: UsageDates, parts: ReadonlySet<UsagePart>): UsageQuery {
  return { during: rangeOf(dates), parts };
}

function rangeOf({ from, to, timeZone }: UsageDates): DateRange {
  return checkDates({ from, to, timeZone: timeZone ?? 'UTC' });
}

/** The statistics of the agent's first account that has any; only the parts that `wanted` names are asked (and paid) for. */
export async function usageStats(
  desk: Desk,
  agent: Agent,
  dates: UsageDates,
  wanted: () => ReadonlySet<UsagePart>,
): Promise<SourcedUsageStats | null> {
  const during = rangeOf(dates);
  const seats = seatsFor(desk, agent, 'usageStats').slice(0, 1);
  if (seats.length === 0) return null;
  const query = { during, parts: wanted() };
  const name = `usageStats ${agent.id} ${JSON.stringify([during, ...query.parts])}`;
  return desk.once(name, () => statsOf(desk, seats, query));
}

async function statsOf(desk: Desk, seats: readonly Seat[], query: UsageQuery): Promise<SourcedUsageStats> {
  const { told, sources } = await ask(desk, seats, (source, ref) => source.usageStats?.(ref, query));
  const [first] = told;
  // There is no such thing as empty statistics: that the vendor knows no such bot is an error here.
  if (!first) throw sourceIncomplete(desk, sources);
  return { ...first.data, sources };
}
