import type { Agent } from '../domain/agent.ts';
import type { Instant } from '../domain/clock.ts';
import { mapValue, type MaybePromise } from '../domain/maybe-promise.ts';
import type { SourceReport } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { accountsSupporting, tryFanOut } from './fan-out.ts';
import type { QueryContext } from './query-context.ts';

/** An agent's current status, with its provenance. */
export interface Presence {
  /** The ongoing period that began last; null where none is known to be ongoing. */
  readonly status: StatusPeriod | null;
  /** When the request for it was sent; of several accounts, the oldest. */
  readonly observedAt: Instant;
  readonly sources: readonly SourceReport[];
}

/** What the accounts of an agent report as its current status. */
export interface CurrentStatusReading {
  /** The ongoing period that began last; of two that began at once, that of the first account. */
  readonly status: StatusPeriod | null;
  readonly sources: readonly SourceReport[];
  /** The first failure where all accounts that can tell have failed. */
  readonly error: VendorError | null;
}

/**
 * Reads the current status from all accounts that support it, once a query for all fields that need it. Null for an agent without
 * such an account.
 */
export function readCurrentStatus(context: QueryContext, agent: Agent): MaybePromise<CurrentStatusReading | null> {
  return context.memoize('current status', agent.id, () => {
    const agentAccounts = accountsSupporting(context, agent, 'currentStatus');
    if (agentAccounts.length === 0) return null;
    const read = tryFanOut(context, agentAccounts, (dataSource, ref) => dataSource.currentStatus?.(ref));
    return mapValue(read, ({ results, sources, error }) => {
      sources.forEach(context.recordLiveAge);
      const ongoing = results.flatMap(({ data }) => data ?? []);
      return { status: ongoing.reduce<StatusPeriod | null>(laterOf, null), sources, error };
    });
  });
}

function laterOf(latest: StatusPeriod | null, period: StatusPeriod): StatusPeriod {
  return latest && latest.start >= period.start ? latest : period;
}

/**
 * The current status with its provenance. What is missing is reported by the sources instead of an error. Null where no account of
 * the agent can tell: it has none that supports it, or none of them has returned data ("no such agent", unsupported).
 * Rejects where all that can tell fail.
 */
export function presence(context: QueryContext, agent: Agent): MaybePromise<Presence | null> {
  return mapValue(readCurrentStatus(context, agent), (reading) => {
    if (!reading) return null;
    const { status, sources, error } = reading;
    if (error) throw error;
    const observedAt = oldestFetch(sources);
    return observedAt === null ? null : { status, observedAt, sources };
  });
}

/** When the oldest data of the sources was fetched; null where they have none. */
export function oldestFetch(sources: readonly SourceReport[]): Instant | null {
  return sources.reduce<Instant | null>(
    (oldest, { fetchedAt }) =>
      fetchedAt === null ? oldest : oldest === null ? fetchedAt : Math.min(oldest, fetchedAt),
    null,
  );
}
