import type { Agent, AgentAccount } from '../domain/agent.ts';
import { mapValue, type MaybePromise, rejectThrown } from '../domain/maybe-promise.ts';
import type { SourceReport } from '../domain/source.ts';
import { byStart, type StatusPeriod } from '../domain/status-period.ts';
import { type StatusTotal, timeInStatus as sumTimeInStatus } from '../domain/time-in-status.ts';
import { type TimeRange } from '../domain/time.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import {
  accountsSupporting,
  allData,
  fanOut,
  type FanOutResult,
  incompleteSourceError,
  isComplete,
  mayBeMissingData,
} from './fan-out.ts';
import { createTimeCursorCodec, paginate, type SourcedPage } from './page.ts';
import { readCurrentStatus } from './presence.ts';
import type { QueryContext } from './query-context.ts';
import { assertIntInRange, assertTimeRange } from './validate-args.ts';

const cursorCodec = createTimeCursorCodec<StatusPeriod>((period) => period.start);
const MAX_STATUS_PERIODS_PAGE_SIZE = 10_000;

export interface StatusPeriodsArgs {
  readonly during: TimeRange;
  readonly accounts?: readonly string[] | null;
  readonly first: number;
  readonly after?: string | null;
}

/** The time range to read. Throws InvalidInputError. */
export function assertStatusPeriodsArgs({ during, first }: Pick<StatusPeriodsArgs, 'during' | 'first'>): TimeRange {
  assertIntInRange('first', first, 0, MAX_STATUS_PERIODS_PAGE_SIZE);
  return assertTimeRange(during);
}

export function statusPeriods(
  context: QueryContext,
  agent: Agent,
  args: StatusPeriodsArgs,
): MaybePromise<SourcedPage<StatusPeriod> | null> {
  return rejectThrown(() => {
    const during = assertStatusPeriodsArgs(args);
    const agentAccounts = accountsSupporting(context, agent, 'statusPeriods', args.accounts);
    if (agentAccounts.length === 0) return null;
    return mapValue(readPeriods(context, agentAccounts, during), ({ results, sources }) => {
      const periods = allData(results);
      return { ...paginate(results.length > 1 ? periods.toSorted(byStart) : periods, args, cursorCodec), sources };
    });
  });
}

/** Reads the status periods of these accounts. */
export function readPeriods(
  context: QueryContext,
  agentAccounts: readonly AgentAccount[],
  during: TimeRange,
): MaybePromise<FanOutResult<readonly StatusPeriod[]>> {
  return fanOut(context, agentAccounts, (dataSource, ref) => dataSource.statusPeriods?.(ref, during));
}

export function timeInStatus(
  context: QueryContext,
  agent: Agent,
  args: Pick<StatusPeriodsArgs, 'during' | 'accounts'>,
): MaybePromise<readonly StatusTotal[] | null> {
  return rejectThrown(() => {
    const during = assertTimeRange(args.during);
    const agentAccounts = accountsSupporting(context, agent, 'statusPeriods', args.accounts);
    if (agentAccounts.length === 0) return null;
    return mapValue(readPeriods(context, agentAccounts, during), ({ results, sources }) => {
      if (!isComplete(sources)) throw incompleteTotalError(context, agentAccounts, sources);
      // Ongoing periods are counted up to the time of the request.
      if (during.to > context.now) context.reuse.restrict('none');
      return results.flatMap(({ agentAccount, data }) =>
        sumTimeInStatus(agentAccount.account, data, during, context.now),
      );
    });
  });
}

/** The error of the first incomplete source, with what to request instead of a total of all of them. */
function incompleteTotalError(
  context: QueryContext,
  agentAccounts: readonly AgentAccount[],
  sources: readonly SourceReport[],
): VendorError {
  const error = incompleteSourceError(context, sources);
  const complete = agentAccounts
    .map(({ account }) => account)
    .filter((account) => isComplete(sources.filter((report) => report.account === account)));
  const alternative = complete.length > 0 ? `; accounts: ${JSON.stringify(complete)} gives the complete totals` : '';
  const cause = error.message.replace(/\.$/, '');
  return error.withMessage(`${cause}. statusTotals returns what is known, with what is complete${alternative}.`);
}

/** The ongoing period that began last. Rejects where none is found, but an account could not be read completely. */
export function currentStatus(context: QueryContext, agent: Agent): MaybePromise<StatusPeriod | null> {
  return mapValue(readCurrentStatus(context, agent), (reading) => {
    if (!reading) return null;
    if (reading.error) throw reading.error;
    const incomplete = reading.status === null ? reading.sources.filter(mayBeMissingData) : [];
    if (incomplete.length > 0) throw incompleteSourceError(context, incomplete);
    return reading.status;
  });
}
