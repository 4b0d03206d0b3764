import type { Agent, AgentAccount } from '../domain/agent.ts';
import { mapValue, type MaybePromise, rejectThrown } from '../domain/maybe-promise.ts';
import { failureReport, type SourceReport } from '../domain/source.ts';
import type { DateRange } from '../domain/time.ts';
import type { UsagePart, UsageQuery, UsageStats } from '../domain/usage-stats.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { accountsSupporting, fanOut, type FanOutResult, incompleteSourceError, mayBeMissingData } from './fan-out.ts';
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
export function usageStats(
  context: QueryContext,
  agent: Agent,
  args: UsageStatsArgs,
  selectParts: () => ReadonlySet<UsagePart>,
): MaybePromise<SourcedUsageStats | null> {
  return rejectThrown(() => {
    const during = toDateRange(args.during);
    const agentAccounts = accountsSupporting(context, agent, 'usageStats', args.accounts);
    if (agentAccounts.length === 0) return null;
    const query = { during, parts: selectParts() };
    const name = `usageStats ${JSON.stringify([during, args.accounts ?? null, ...query.parts])}`;
    return context.memoize(name, agent.id, () => readFirstAccount(context, agentAccounts, query, []));
  });
}

/** The statistics of the first of these accounts that answers; `failed` are the reports of those before it. */
function readFirstAccount(
  context: QueryContext,
  [agentAccount, ...others]: readonly AgentAccount[],
  query: UsageQuery,
  failed: readonly SourceReport[],
): MaybePromise<SourcedUsageStats> {
  if (!agentAccount) {
    // Empty statistics do not exist: where no account knows the agent, "not found" is an error.
    const failures = failed.filter(mayBeMissingData);
    throw incompleteSourceError(context, failures.length > 0 ? failures : failed);
  }
  return mapValue(readAccount(context, agentAccount, query), ({ data, reports }) => {
    const sources = [...failed, ...reports];
    return data ? { ...data, sources } : readFirstAccount(context, others, query, sources);
  });
}

/** The statistics of one account; null where it fails. */
function readAccount(
  context: QueryContext,
  agentAccount: AgentAccount,
  query: UsageQuery,
): MaybePromise<{ readonly data: UsageStats | null; readonly reports: readonly SourceReport[] }> {
  const read = rejectThrown(() =>
    fanOut(context, [agentAccount], (dataSource, ref) => dataSource.usageStats?.(ref, query)),
  );
  const toReading = ({ results, sources }: FanOutResult<UsageStats>) => ({
    data: results[0]?.data ?? null,
    reports: sources,
  });
  if (!(read instanceof Promise)) return toReading(read);
  return read.then(toReading, (error: unknown) => {
    if (error instanceof VendorError) return { data: null, reports: [failureReport(error)] };
    throw error;
  });
}
