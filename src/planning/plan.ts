import type { QueryContext } from '../gather/query-context.ts';
import { type PlanningContext, createPlanningContextFromCache, createPlanningContext } from './agent-candidates.ts';
import type { CallEstimate, PlannedRead } from '../vendors/call-estimate.ts';
import type { AccountAdapter } from '../vendors/vendor.ts';
import type { PreparedOperation } from '../graphql/ast/operation.ts';
import { planReads } from './plan-operation.ts';

/**
 * What an operation may cost. LivePerson's file downloads are not among the calls: only the lists of files, which are, tell
 * how many there will be.
 */
export interface Plan {
  /** One for each account and endpoint that may be called, in the configuration's order. */
  readonly vendorCalls: readonly PlannedCalls[];
  /** How many calls at most, were nothing cached. */
  readonly total: number;
}

export interface PlannedCalls {
  readonly account: string;
  readonly endpoint: string;
  /** How many calls at most, were nothing cached. */
  readonly atMost: number;
  /** How many of these the cache would spare just now. */
  readonly cached: number;
}

interface PlanEntry extends CallEstimate {
  readonly account: string;
}

/** How many vendor calls an operation can take at most. Asks nobody, not even the cache. */
export function estimateVendorCalls(operation: PreparedOperation, context: QueryContext): number {
  return totalCalls(upperBoundEntries(operation, context));
}

/** The whole plan. Asks the cache, but no vendor. */
export async function createPlan(operation: PreparedOperation, context: QueryContext): Promise<Plan> {
  const entries = upperBoundEntries(operation, context);
  const { now } = context;
  const planning = await createPlanningContextFromCache(context);
  const uncachedEntries = await Promise.all(
    plannedReads(operation, context, planning).map(async ({ connection, reads }) =>
      toPlanEntries(connection, await connection.uncachedCalls(reads, now)),
    ),
  );
  const uncachedCalls = new Map(uncachedEntries.flat().map((entry) => [entryKey(entry), entry.calls]));
  return {
    vendorCalls: entries
      .filter(({ calls }) => calls > 0)
      .map((entry) => {
        const { account, endpoint, calls } = entry;
        return {
          account,
          endpoint,
          atMost: calls,
          cached: Math.max(0, calls - (uncachedCalls.get(entryKey(entry)) ?? 0)),
        };
      }),
    total: totalCalls(entries),
  };
}

function upperBoundEntries(operation: PreparedOperation, context: QueryContext): readonly PlanEntry[] {
  return plannedReads(operation, context, createPlanningContext(context)).flatMap(({ connection, reads }) =>
    toPlanEntries(connection, connection.maxCalls(reads, context.now)),
  );
}

/** The accounts that an operation may ask, and what. */
function plannedReads(operation: PreparedOperation, context: QueryContext, planning: PlanningContext) {
  const readsByAccount = planReads(operation, planning);
  return context.services.adapters.flatMap(
    (connection): { connection: AccountAdapter; reads: readonly PlannedRead[] }[] => {
      const reads = readsByAccount.get(connection.account.name);
      return reads ? [{ connection, reads: reads }] : [];
    },
  );
}

function toPlanEntries({ account }: AccountAdapter, estimates: readonly CallEstimate[]): readonly PlanEntry[] {
  return estimates.map((estimate) => ({ ...estimate, account: account.name }));
}

function entryKey({ account, endpoint }: PlanEntry): string {
  return JSON.stringify([account, endpoint]);
}

function totalCalls(entries: readonly PlanEntry[]): number {
  return entries.reduce((sum, { calls }) => sum + calls, 0);
}
