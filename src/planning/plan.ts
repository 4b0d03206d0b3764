import type { QueryContext } from '../gather/query-context.ts';
import type { PreparedOperation } from '../graphql/ast/operation.ts';
import type { CallEstimate, PlannedRead } from '../vendors/call-estimate.ts';
import type { AccountAdapter } from '../vendors/vendor.ts';
import type { FieldRules } from './field-rules.ts';
import { planReads } from './plan-operation.ts';
import { createPlanningContext, createPlanningContextFromCache, type PlanningContext } from './planning-context.ts';

/**
 * The estimated cost of an operation. It leaves out LivePerson's file downloads: only the lists of files, which it contains,
 * show how many there are.
 */
export interface Plan {
  /** One entry for each account and endpoint that may be called, in the configuration's order. */
  readonly vendorCalls: readonly PlannedCalls[];
  /** Upper bound of the number of calls with an empty cache, which `maxVendorCalls` limits. */
  readonly total: number;
  /** Upper bound of the number of calls now: what the cache does not save of `total`. */
  readonly expected: number;
}

export interface PlannedCalls {
  readonly account: string;
  readonly endpoint: string;
  /** Upper bound of the number of calls with an empty cache. */
  readonly atMost: number;
  /** How many of these calls the cache saves now. */
  readonly cached: number;
}

/** Estimates the vendor calls of operations before they run. */
export interface Planner {
  /** Upper bound of the vendor calls of an operation. Reads neither vendors nor cache. Throws PlanningLimitError. */
  readonly estimateVendorCalls: (operation: PreparedOperation, context: QueryContext) => number;
  /** The whole plan. Reads the cache, but no vendor. Throws PlanningLimitError. */
  readonly createPlan: (operation: PreparedOperation, context: QueryContext) => Promise<Plan>;
}

interface PlanEntry extends CallEstimate {
  readonly account: string;
}

interface AccountReads {
  readonly adapter: AccountAdapter;
  readonly reads: readonly PlannedRead[];
}

/** `rules` are those of the schema that the operations are made for. */
export function createPlanner(rules: FieldRules): Planner {
  /** The accounts that an operation may read, each with its reads. */
  function plannedReads(operation: PreparedOperation, planning: PlanningContext) {
    const readsByAccount = planReads(operation, planning, rules);
    return planning.context.services.adapters.flatMap((adapter): readonly AccountReads[] => {
      const reads = readsByAccount.get(adapter.account.name);
      return reads ? [{ adapter, reads }] : [];
    });
  }

  function upperBounds(operation: PreparedOperation, context: QueryContext): readonly PlanEntry[] {
    return plannedReads(operation, createPlanningContext(context)).flatMap(({ adapter, reads }) =>
      toPlanEntries(adapter, adapter.maxCalls(reads, context.now)),
    );
  }

  async function uncachedCalls(operation: PreparedOperation, context: QueryContext): Promise<readonly PlanEntry[]> {
    const planning = await createPlanningContextFromCache(context);
    const entries = await Promise.all(
      plannedReads(operation, planning).map(async ({ adapter, reads }) =>
        toPlanEntries(adapter, await adapter.uncachedCalls(reads, context.now)),
      ),
    );
    return entries.flat();
  }

  function estimateVendorCalls(operation: PreparedOperation, context: QueryContext): number {
    let total = 0;
    for (const { adapter, reads } of plannedReads(operation, createPlanningContext(context)))
      for (const { calls } of adapter.maxCalls(reads, context.now)) total += calls;
    return total;
  }

  return {
    estimateVendorCalls,

    async createPlan(operation, context) {
      const entries = upperBounds(operation, context);
      const uncached = new Map(
        (await uncachedCalls(operation, context)).map((entry) => [entryKey(entry), entry.calls]),
      );
      const vendorCalls = entries
        .filter(({ calls }) => calls > 0)
        .map((entry): PlannedCalls => {
          const { account, endpoint, calls } = entry;
          const cached = Math.max(0, calls - (uncached.get(entryKey(entry)) ?? 0));
          return { account, endpoint, atMost: calls, cached };
        });
      const cached = vendorCalls.reduce((sum, entry) => sum + entry.cached, 0);
      const total = totalCalls(entries);
      return { vendorCalls, total, expected: total - cached };
    },
  };
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
