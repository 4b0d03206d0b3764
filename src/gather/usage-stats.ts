import type { Agent, AgentAccount } from '../domain/agent.ts';
import type { SourceReport } from '../domain/source.ts';
import type { DateRange } from '../domain/time.ts';
import type { UsagePart, UsageQuery, UsageStats } from '../domain/usage-stats.ts';
import { accountsSupporting, fanOut, incompleteSourceError } from './fan-out.ts';
import type { QueryContext } from './query-context.ts';
import { assertDateRange } from './validate-args.ts';

export interface SourcedUsageStats extends UsageStats {
  readonly sources: readonly SourceReport[];
}

/** A date range as callers pass it: null as the time zone means the default, too. */
export type UsageDateRange = Omit<DateRange, 'timeZone'> & { readonly timeZone?: string | null };

/** Throws InvalidInputError. */
export function toUsageQuery(dates: UsageDateRange, parts: ReadonlySet<UsagePart>): UsageQuery {
  return { during: toDateRange(dates), parts };
}

function toDateRange({ from, to, timeZone }: UsageDateRange): DateRange {
  return assertDateRange({ from, to, timeZone: timeZone ?? 'UTC' });
}

/** The statistics of the agent's first account that supports them. Only the endpoints of the selected parts are called. */
export async function usageStats(
  context: QueryContext,
  agent: Agent,
  dates: UsageDateRange,
  selectParts: () => ReadonlySet<UsagePart>,
): Promise<SourcedUsageStats | null> {
  const during = toDateRange(dates);
  const agentAccounts = accountsSupporting(context, agent, 'usageStats').slice(0, 1);
  if (agentAccounts.length === 0) return null;
  const query = { during, parts: selectParts() };
  const key = `usageStats ${agent.id} ${JSON.stringify([during, ...query.parts])}`;
  return context.memoize(key, () => fetchUsageStats(context, agentAccounts, query));
}

async function fetchUsageStats(
  context: QueryContext,
  agentAccounts: readonly AgentAccount[],
  query: UsageQuery,
): Promise<SourcedUsageStats> {
  const { results, sources } = await fanOut(context, agentAccounts, (dataSource, ref) =>
    dataSource.usageStats?.(ref, query),
  );
  const [first] = results;
  // Empty statistics do not exist: "not found" is an error here.
  if (!first) throw incompleteSourceError(context, sources);
  return { ...first.data, sources };
}
