import { z } from 'zod';
import type { AccountState } from '../domain/account.ts';
import { sum } from '../domain/sum.ts';
import { MINUTE, SECOND } from '../domain/time.ts';

/** The calls of the last minute decide. */
export const HEALTH_WINDOW_MS = MINUTE;
/** DEGRADED from this share of failed calls on. A single failure among many calls is not worth an alert. */
const DEGRADED_FAILURE_RATIO = 0.1;
/** DOWN after so many failures in a row, if in addition no call has succeeded for DOWN_AFTER_MS. */
const DOWN_AFTER_FAILURES = 3;
const DOWN_AFTER_MS = 15 * SECOND;

/** How long an answer about an agent shows that the account itself is right, and a 404 that an agent may be missing. */
export const UNKNOWN_AGENTS_WINDOW_MS = 5 * MINUTE;

/**
 * What one process knows of the calls of an account. Times are ages in milliseconds, which processes can exchange although their
 * clocks differ; null for what has never happened.
 */
export const healthSummarySchema = z.object({
  /** Calls within the window. */
  successes: z.number(),
  failures: z.number(),
  sinceSuccessMs: z.number().nullable(),
  sinceFailureMs: z.number().nullable(),
  /** Failed calls that returned nothing at all, since the last success. */
  failuresInARow: z.number(),
  /** Of the last failed call. */
  lastError: z.string().nullable(),
  /** Since the vendor returned something else than "no such agent". */
  sinceKnownAgentMs: z.number().nullable(),
  /** Different agents that the vendor did not know, within their window. */
  unknownAgents: z.number(),
});
export type HealthSummary = Readonly<z.infer<typeof healthSummarySchema>>;

/** The summary as of `ms` later. What it counts has left the window by then, or is still the best that is known. */
export function ageSummary(summary: HealthSummary, ms: number): HealthSummary {
  const older = (age: number | null): number | null => (age === null ? null : age + ms);
  return {
    ...summary,
    ...(ms >= HEALTH_WINDOW_MS && { successes: 0, failures: 0 }),
    ...(ms >= UNKNOWN_AGENTS_WINDOW_MS && { unknownAgents: 0 }),
    sinceSuccessMs: older(summary.sinceSuccessMs),
    sinceFailureMs: older(summary.sinceFailureMs),
    sinceKnownAgentMs: older(summary.sinceKnownAgentMs),
  };
}

export interface EvaluatedHealth {
  readonly state: AccountState;
  readonly lastError: string | null;
  readonly sinceSuccessMs: number | null;
  /** The number of agents, where the vendor knows none of those that it was asked for; otherwise 0. */
  readonly unknownAgents: number;
  /** Within the window. */
  readonly calls: number;
}

/**
 * The health of an account by all processes that call it.
 *
 * DOWN: the last call failed, so did the two before it, and none has succeeded for 15 seconds; or no call has ever succeeded.
 * DEGRADED: at least a tenth of the last minute's calls failed, or the last call did where there was none in that time; or the
 * vendor knows none of the agents that it was asked for. OK otherwise.
 */
export function evaluateHealth(summaries: readonly HealthSummary[]): EvaluatedHealth {
  return { ...evaluateState(summaries), calls: countCalls(summaries) };
}

function evaluateState(summaries: readonly HealthSummary[]): Omit<EvaluatedHealth, 'calls'> {
  const sinceSuccessMs = earliest(summaries.map((summary) => summary.sinceSuccessMs));
  const sinceFailureMs = earliest(summaries.map((summary) => summary.sinceFailureMs));
  const unknownAgents = countUnknownAgents(summaries);
  if (sinceSuccessMs === null && sinceFailureMs === null)
    return { state: 'UNKNOWN', lastError: null, sinceSuccessMs, unknownAgents };
  const failed = summaries.filter((summary) => isAfter(summary.sinceFailureMs, sinceSuccessMs));
  const failuresInARow = sum(failed.map((summary) => summary.failuresInARow));
  if (failuresInARow > 0 && isDown(failuresInARow, sinceSuccessMs))
    return { state: 'DOWN', lastError: lastErrorOf(summaries, sinceFailureMs), sinceSuccessMs, unknownAgents };
  if (isDegraded(summaries, failed.length > 0))
    return { state: 'DEGRADED', lastError: lastErrorOf(summaries, sinceFailureMs), sinceSuccessMs, unknownAgents };
  if (unknownAgents > 0)
    return { state: 'DEGRADED', lastError: unknownAgentsMessage(unknownAgents), sinceSuccessMs, unknownAgents };
  return { state: 'OK', lastError: null, sinceSuccessMs, unknownAgents };
}

function isDown(failuresInARow: number, sinceSuccessMs: number | null): boolean {
  return sinceSuccessMs === null || (failuresInARow >= DOWN_AFTER_FAILURES && sinceSuccessMs >= DOWN_AFTER_MS);
}

function isDegraded(summaries: readonly HealthSummary[], hasLastCallFailed: boolean): boolean {
  const failures = sum(summaries.map((summary) => summary.failures));
  const calls = countCalls(summaries);
  return calls === 0 ? hasLastCallFailed : failures >= calls * DEGRADED_FAILURE_RATIO && failures > 0;
}

function countCalls(summaries: readonly HealthSummary[]): number {
  return sum(summaries.map(({ successes, failures }) => successes + failures));
}

/** Processes may have asked for the same agents, so their numbers are not added up. */
function countUnknownAgents(summaries: readonly HealthSummary[]): number {
  const sinceKnownAgentMs = earliest(summaries.map((summary) => summary.sinceKnownAgentMs));
  const knowsSome = sinceKnownAgentMs !== null && sinceKnownAgentMs < UNKNOWN_AGENTS_WINDOW_MS;
  const unknownAgents = summaries.reduce((most, summary) => Math.max(most, summary.unknownAgents), 0);
  return knowsSome ? 0 : unknownAgents;
}

function unknownAgentsMessage(agents: number): string {
  const those = agents === 1 ? 'does not know the agent' : `knows none of the ${agents} agents`;
  return `The vendor ${those} it was asked for (HTTP 404): check the account's settings and its agents' references`;
}

function lastErrorOf(summaries: readonly HealthSummary[], sinceFailureMs: number | null): string | null {
  return summaries.find((summary) => summary.sinceFailureMs === sinceFailureMs)?.lastError ?? null;
}

function isAfter(ageMs: number | null, otherAgeMs: number | null): boolean {
  return ageMs !== null && (otherAgeMs === null || ageMs < otherAgeMs);
}

function earliest(ages: readonly (number | null)[]): number | null {
  return ages.reduce((least, age) => (age === null || (least !== null && least <= age) ? least : age), null);
}
