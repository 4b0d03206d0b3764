import type { Agent, AgentAccount } from '../domain/agent.ts';
import { failureReport, type SourceReport } from '../domain/source.ts';
import type { DateRange } from '../domain/time.ts';
import type { UsagePart, UsageQuery, UsageStats } from '../domain/usage-stats.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { accountsSupporting, fanOut, incompleteSourceError, mayBeMissingData } from './fan-out.ts';
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

export interface UsageStatsArgs {
  readonly during: UsageDateRange;
  readonly accounts?: readonly string[] | null;
}

/**
 * The statistics of the agent's first account that answers, in the configuration's order: distinct counts of several bots cannot
 * be added up. Only the endpoints of the selected parts are called. Rejects where every account fails.
 */
export async function usageStats(
  context: QueryContext,
  agent: Agent,
  args: UsageStatsArgs,
  selectParts: () => ReadonlySet<UsagePart>,
): Promise<SourcedUsageStats | null> {
  const during = toDateRange(args.during);
  const agentAccounts = accountsSupporting(context, agent, 'usageStats', args.accounts);
  if (agentAccounts.length === 0) return null;
  const query = { during, parts: selectParts() };
  const key = `usageStats ${agent.id} ${JSON.stringify([during, args.accounts ?? null, ...query.parts])}`;
  return context.memoize(key, () => fetchUsageStats(context, agentAccounts, query));
}

async function fetchUsageStats(
  context: QueryContext,
  agentAccounts: readonly AgentAccount[],
  query: UsageQuery,
): Promise<SourcedUsageStats> {
  const sources: SourceReport[] = [];
  for (const agentAccount of agentAccounts) {
    const { data, reports } = await readAccount(context, agentAccount, query);
    sources.push(...reports);
    if (data) return { ...data, sources };
  }
  // Empty statistics do not exist: where no account knows the agent, "not found" is an error.
  const failures = sources.filter(mayBeMissingData);
  throw incompleteSourceError(context, failures.length > 0 ? failures : sources);
}

/** The statistics of one account; null where it fails. */
async function readAccount(
  context: QueryContext,
  agentAccount: AgentAccount,
  query: UsageQuery,
): Promise<{ readonly data: UsageStats | null; readonly reports: readonly SourceReport[] }> {
  try {
    const { results, sources } = await fanOut(context, [agentAccount], (dataSource, ref) =>
      dataSource.usageStats?.(ref, query),
    );
    return { data: results[0]?.data ?? null, reports: sources };
  } catch (error) {
    if (error instanceof VendorError) return { data: null, reports: [failureReport(error)] };
    throw error;
  }
}
