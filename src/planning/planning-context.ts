import type { DirectoryView } from '../directory/merge-agents.ts';
import type { Agent } from '../domain/agent.ts';
import type { QueryContext } from '../gather/query-context.ts';

/** What the planner can predict lookups from. */
export interface PlanningContext {
  readonly context: QueryContext;
  /** The directory as configured, without discovery. */
  readonly configured: DirectoryView;
  /** The directory with discovered agents; null where that would take a vendor call. */
  readonly merged: DirectoryView | null;
  /** The accounts that may add discovered agents. */
  readonly discoverableAccounts: ReadonlySet<string>;
}

/** Uses the configuration alone: its predictions hold whatever the vendors will return. */
export function createPlanningContext(context: QueryContext): PlanningContext {
  const { directory } = context.services;
  const configured = directory.configured(context);
  const discoverableAccounts = directory.discoverableAccounts(context);
  return { context, configured, discoverableAccounts, merged: discoverableAccounts.size === 0 ? configured : null };
}

/** Adds the discovered agents that are cached now. */
export async function createPlanningContextFromCache(context: QueryContext): Promise<PlanningContext> {
  const planning = createPlanningContext(context);
  return { ...planning, merged: planning.merged ?? (await context.services.directory.cached(context)) };
}

/** Whether discovery may link the agent to the account. */
export function mayGetAccountFrom({ discoverableAccounts }: PlanningContext, agent: Agent, account: string): boolean {
  const hasAccount = (name: string): boolean => agent.accounts.some((agentAccount) => agentAccount.account === name);
  if (!discoverableAccounts.has(account) || hasAccount(account)) return false;
  // Discovery identifies agents by e-mail address: the configured one, or one found in another discoverable account.
  return agent.email !== null || [...discoverableAccounts].some(hasAccount);
}
