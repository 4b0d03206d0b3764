import pLimit, { type LimitFunction } from 'p-limit';
import type { Agent } from '../domain/agent.ts';
import { mapValue, type MaybePromise, rejectThrown } from '../domain/maybe-promise.ts';
import { once } from '../domain/once.ts';
import { divideRange, type ReportInterval } from '../domain/report-interval.ts';
import { incompleteRanges, type SourceReport } from '../domain/source.ts';
import { isEndUnknown, type StatusPeriod } from '../domain/status-period.ts';
import { type StatusTotal, statusTotals as sumStatusTotals } from '../domain/time-in-status.ts';
import type { TimeRange } from '../domain/time.ts';
import { accountsSupporting, type FanOutResult } from './fan-out.ts';
import type { QueryContext } from './query-context.ts';
import { readPeriods } from './status-periods.ts';
import { assertTimeRange } from './validate-args.ts';

export interface StatusTotalsArgs {
  readonly during: TimeRange;
  readonly interval?: ReportInterval | null;
  readonly timeZone: string;
  readonly accounts?: readonly string[] | null;
}

/** An agent's totals by interval, with what may be missing of them. */
export interface StatusTotals {
  readonly sources: readonly SourceReport[];
  /** Whether a period may go on beyond what is known of it. */
  readonly hasUnknownEnd: () => boolean;
  /** By interval, account and status. Computed when they are asked for. */
  readonly nodes: () => MaybePromise<readonly StatusTotal[]>;
}

/** Rejects only where all accounts fail. Null for an agent without an account that has status periods. */
export function statusTotals(
  context: QueryContext,
  agent: Agent,
  args: StatusTotalsArgs,
): MaybePromise<StatusTotals | null> {
  return rejectThrown(() => {
    const during = assertTimeRange(args.during);
    const agentAccounts = accountsSupporting(context, agent, 'statusPeriods', args.accounts);
    if (agentAccounts.length === 0) return null;
    return mapValue(readPeriods(context, agentAccounts, during), (reading): StatusTotals => {
      // Ongoing periods are counted up to the time of the request.
      if (during.to > context.now) context.reuse.restrict('none');
      return {
        sources: reading.sources,
        hasUnknownEnd: () => reading.results.some(({ data }) => data.some(isEndUnknown)),
        nodes: once(() => addUp(context, reading, args)),
      };
    });
  });
}

/** One agent after the other, with other work between them: many agents take longer than the event loop may be held. */
async function addUp(
  context: QueryContext,
  reading: FanOutResult<readonly StatusPeriod[]>,
  args: StatusTotalsArgs,
): Promise<readonly StatusTotal[]> {
  const inTurn = await context.memoize<LimitFunction>('turns of status totals', '', () => pLimit(1));
  return inTurn(async () => {
    await context.services.yielder.yieldIfDue();
    // A response above its limit will be rejected; more totals would only take memory.
    if (!context.responseObjects.isWithinLimit()) return [];
    return totalsOf(context, reading, await intervalsOf(context, args), args.during);
  });
}

/** The intervals, which are the same for all agents. */
function intervalsOf(
  context: QueryContext,
  { during, interval = null, timeZone }: StatusTotalsArgs,
): MaybePromise<readonly TimeRange[]> {
  return context.memoize('intervals', JSON.stringify([during, interval, timeZone]), () =>
    divideRange(during, interval, timeZone),
  );
}

function totalsOf(
  context: QueryContext,
  { results, sources }: FanOutResult<readonly StatusPeriod[]>,
  intervals: readonly TimeRange[],
  during: TimeRange,
): readonly StatusTotal[] {
  const totals = results.flatMap(({ agentAccount: { account }, data }) => {
    const reports = sources.filter((report) => report.account === account);
    const incomplete = reports.flatMap((report) => incompleteRanges(report, during));
    return sumStatusTotals(account, data, intervals, incomplete, context.now);
  });
  // The totals of each account are in order; the order of accounts and statuses stays.
  return results.length > 1 ? totals.toSorted((a, b) => a.from - b.from) : totals;
}
