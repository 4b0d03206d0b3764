import type { DirectoryView } from '../directory/merge-agents.ts';
import type { ConfiguredAgents } from '../gather/agent-filter.ts';
import type { QueryContext } from '../gather/query-context.ts';

/** What the planner can predict lookups from. */
export interface PlanningContext extends ConfiguredAgents {
  /** The directory with discovered agents; null where that would take a vendor call. */
  readonly merged: DirectoryView | null;
}

/** Uses the configuration alone: its predictions hold whatever the vendors will return. */
export function createPlanningContext(context: QueryContext): PlanningContext {
  const { configured, discoverableAccounts } = context.configuredDirectory();
  return { context, configured, discoverableAccounts, merged: discoverableAccounts.size === 0 ? configured : null };
}

/** Adds the discovered agents that are cached now. */
export async function createPlanningContextFromCache(context: QueryContext): Promise<PlanningContext> {
  const planning = createPlanningContext(context);
  return { ...planning, merged: planning.merged ?? (await context.services.directory.cached(context)) };
}
