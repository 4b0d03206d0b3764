import type { Agent, AgentAccount } from '../domain/agent.ts';
import type { Instant } from '../domain/clock.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { type AgentFilter, assertAgentFilter } from './agent-filter.ts';
import { directoryFor, matchingAgents } from './agents.ts';
import { accountsSupporting, fanOut, mayBeMissingData } from './fan-out.ts';
import type { QueryContext } from './query-context.ts';

/** What one account reports of an agent. */
export interface StatusReading {
  readonly agent: Agent;
  readonly account: string;
  /** By start; null where the account could not be read completely. */
  readonly periods: readonly StatusPeriod[] | null;
}

/** From when on the periods of an agent are read. */
export type StatusesSince = (agent: Agent, account: string) => Instant;

/**
 * Reads the periods since an instant, up to now, of all agents that match, from the accounts that can tell the current status. Where
 * the instant is of the current day, that takes no vendor call beyond those of `currentStatus`.
 */
export async function recentStatuses(
  context: QueryContext,
  filter: AgentFilter,
  since: StatusesSince,
): Promise<readonly StatusReading[]> {
  assertAgentFilter(context, filter);
  const { view } = await directoryFor(context, filter);
  const agents = matchingAgents(context, view, filter);
  // All at once: the reads of one tick share the vendor's calls.
  const readings = agents.flatMap((agent) =>
    accountsSupporting(context, agent, 'currentStatus').map((agentAccount) =>
      readAccount(context, agent, agentAccount, since(agent, agentAccount.account)),
    ),
  );
  return Promise.all(readings);
}

async function readAccount(
  context: QueryContext,
  agent: Agent,
  agentAccount: AgentAccount,
  from: Instant,
): Promise<StatusReading> {
  const { account } = agentAccount;
  const during = { from: Math.min(from, context.now), to: context.now + 1 };
  try {
    const { results, sources } = await fanOut(context, [agentAccount], (dataSource, ref) =>
      dataSource.statusPeriods?.(ref, during),
    );
    sources.forEach(context.recordLiveAge);
    // A period that is missing would look as if it had ended.
    const isMissingData = sources.some(mayBeMissingData);
    return { agent, account, periods: isMissingData ? null : (results[0]?.data ?? null) };
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return { agent, account, periods: null };
  }
}
