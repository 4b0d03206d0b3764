import type { Agent } from '../domain/agent.ts';
import type { Instant } from '../domain/clock.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { allValues, mapValue, type MaybePromise, rejectThrown } from '../domain/maybe-promise.ts';
import { mergeReports, type SourceReport } from '../domain/source.ts';
import type { AgentStatus, StatusPeriod } from '../domain/status-period.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { admitsDiscoveryOf, type AgentFilter, assertAgentFilter } from './agent-filter.ts';
import { directoryFor, matchingAgents } from './agents.ts';
import { mayBeMissingData } from './fan-out.ts';
import { type CurrentStatusReading, oldestFetch, readCurrentStatus } from './presence.ts';
import type { QueryContext } from './query-context.ts';

export interface StatusCountsArgs {
  readonly filter?: AgentFilter | null;
}

/** How many agents are in one status now. */
export interface StatusCount {
  readonly status: AgentStatus;
  readonly label: string | null;
  readonly count: number;
  /** The start of the period that began first. */
  readonly longestSince: Instant;
}

/** How many agents are in which status now. */
export interface StatusCounts {
  readonly total: number;
  /** By status, then label. */
  readonly counts: readonly StatusCount[];
  /** Agents who are known to have no ongoing status, or have no account that could tell. */
  readonly withoutStatus: number;
  /** Agents whose accounts could not be read. */
  readonly unknown: number;
  /** When the oldest observation was made; null where there is none. */
  readonly observedAt: Instant | null;
  /** The discoveries that the list of agents depends on, then one report per account and endpoint. */
  readonly sources: readonly SourceReport[];
}

/** Bounds the vendor calls of a count, which the plan of a query must know before discovery has found the agents. */
export const MAX_COUNTED_AGENTS = 5000;

const STATUS_ORDER: Readonly<Record<AgentStatus, number>> = { AVAILABLE: 0, BUSY: 1, AWAY: 2, OFFLINE: 3, UNKNOWN: 4 };

/** Counts the matching agents by their current status. Rejects only where all sources fail. */
export function statusCounts(context: QueryContext, args: StatusCountsArgs): MaybePromise<StatusCounts> {
  return rejectThrown(() => {
    const filter = args.filter ?? {};
    assertAgentFilter(context, filter);
    return mapValue(directoryFor(context, filter), ({ view, sources }) => {
      const agents = matchingAgents(context, view, filter);
      assertCountable(agents);
      const discoveries = sources.filter(({ account }) => admitsDiscoveryOf(context, filter, account));
      const readings = allValues(agents.map((agent) => readCurrentStatus(context, agent)));
      return mapValue(readings, (known) => countReadings(context, known, discoveries));
    });
  });
}

function assertCountable({ length }: readonly Agent[]): void {
  if (length > MAX_COUNTED_AGENTS)
    throw new InvalidInputError('filter', `${length} agents match, and at most ${MAX_COUNTED_AGENTS} can be counted`);
}

function countReadings(
  context: QueryContext,
  readings: readonly (CurrentStatusReading | null)[],
  discoveries: readonly SourceReport[],
): StatusCounts {
  const known = readings.filter((reading) => reading !== null);
  // Where no discovery succeeds, a count of zero would claim that there is no such agent.
  const error = failureOfAll(known.length > 0 ? known : discoveries.map(toFailure));
  if (error) throw error;
  const reports = known.flatMap(({ sources }) => sources);
  const periods = known.flatMap(({ status }) => status ?? []);
  const unknown = known.filter(isUnknown).length;
  return {
    total: readings.length,
    counts: countPeriods(periods),
    withoutStatus: readings.length - periods.length - unknown,
    unknown,
    observedAt: oldestFetch(reports),
    sources: [...discoveries, ...mergeBySource(context, reports)],
  };
}

interface Attempt {
  readonly error: VendorError | null;
}

function toFailure({ outcome, error }: SourceReport): Attempt {
  return { error: outcome === 'FAILED' ? error : null };
}

/** The first error where every attempt has failed; null without an attempt. */
function failureOfAll(attempts: readonly Attempt[]): VendorError | null {
  return attempts.every(({ error }) => error !== null) ? (attempts[0]?.error ?? null) : null;
}

/** Whether the agent may have a status that could not be read. */
function isUnknown({ status, sources }: CurrentStatusReading): boolean {
  return status === null && sources.some(mayBeMissingData);
}

function countPeriods(periods: readonly StatusPeriod[]): readonly StatusCount[] {
  const groups = Map.groupBy(periods, ({ status, label }) => `${STATUS_ORDER[status]} ${label ?? ''}`);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]): readonly StatusCount[] => {
      const [first] = group;
      if (!first) return [];
      const longestSince = group.reduce((earliest, { start }) => Math.min(earliest, start), first.start);
      return [{ status: first.status, label: first.label, count: group.length, longestSince }];
    });
}

/** One report for each account and endpoint, in the configuration's order. */
function mergeBySource(context: QueryContext, reports: readonly SourceReport[]): readonly SourceReport[] {
  const byAccount = Map.groupBy(reports, ({ account }) => account);
  return context.accounts.flatMap(({ name }) => {
    const byEndpoint = Map.groupBy(byAccount.get(name) ?? [], ({ endpoint }) => endpoint);
    return [...byEndpoint.values()].flatMap((sameSource) => mergeReports(sameSource) ?? []);
  });
}
