import type { Agent } from '../domain/agent.ts';
import { mapValue, type MaybePromise, rejectThrown } from '../domain/maybe-promise.ts';
import { firstEventAt, type Session } from '../domain/session.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { accountsSupporting, allData, fanOut } from './fan-out.ts';
import { createTimeCursorCodec, paginate, type SourcedPage } from './page.ts';
import type { QueryContext } from './query-context.ts';
import { assertStatusPeriodsArgs, type StatusPeriodsArgs } from './status-periods.ts';

const cursorCodec = createTimeCursorCodec<Session>(firstEventAt);

export function sessions(
  context: QueryContext,
  agent: Agent,
  args: StatusPeriodsArgs,
): MaybePromise<SourcedPage<Session> | null> {
  return rejectThrown(() => {
    const during = assertStatusPeriodsArgs(args);
    const agentAccounts = accountsSupporting(context, agent, 'sessions', args.accounts);
    if (agentAccounts.length === 0) return null;
    const read = fanOut(context, agentAccounts, (dataSource, ref) => dataSource.sessions?.(ref, during));
    return mapValue(read, ({ results, sources }) => {
      const all = allData(results);
      const sorted = results.length > 1 ? all.toSorted((a, b) => firstEventAt(a) - firstEventAt(b)) : all;
      return { ...paginate(sorted, args, cursorCodec), sources };
    });
  });
}

/** The session of a period; null where its vendor has none. It was read with the period and costs no call. */
export function sessionOfPeriod(context: QueryContext, period: StatusPeriod): Session | null {
  return context.dataSource(period.account)?.findSession?.(period) ?? null;
}
