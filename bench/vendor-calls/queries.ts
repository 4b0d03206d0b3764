import type { Instant } from '../../src/domain/clock.ts';
import type { CompanyPerson } from '../../src/vendors/sandbox.ts';
import { AGENTS, type QueryGateway, type World } from './world.ts';

/** Sends a query and rejects unless the response matches the company's activity. */
export type CheckedQuery = (execute: QueryGateway, world: World) => Promise<void>;

/** Maximum age of a response: the longest TTL of these queries, and as long again for a stale value being revalidated. */
const MAX_AGE_MS = 30_000;
const DAY = 86_400_000;
/** A session of up to a day, and the hours until its file is written. */
const LIVEPERSON_DELAY_MS = 30 * 3_600_000;

const STATUSES_QUERY = `{ agents(first: ${AGENTS}) { nodes { email currentStatus { status start } } } }`;
interface AgentStatuses {
  readonly email: string;
  readonly currentStatus: { readonly start: string } | null;
}

/** The current status of all agents, from Kore. */
export const queryStatuses: CheckedQuery = async (execute, world) => {
  const { agents } = await execute<{ readonly agents: { readonly nodes: readonly AgentStatuses[] } }>(STATUSES_QUERY);
  const now = world.clock.now();
  assertEachAgent(world, agents.nodes, (person, { currentStatus }) => {
    const starts = world.company
      .shifts(person, now - DAY, now)
      .flatMap(({ statusChanges }) => statusChanges.map(({ at }) => at));
    return isLatest(starts, currentStatus?.start, now);
  });
};

const INTERACTIONS_QUERY = `{ agents(first: ${AGENTS}) { nodes { email latestInteractions { nodes { guid start } } } } }`;
interface AgentInteractions {
  readonly email: string;
  readonly latestInteractions: { readonly nodes: readonly { readonly start: string }[] } | null;
}

/** The latest interactions of all agents, from Vonage. */
export const queryInteractions: CheckedQuery = async (execute, world) => {
  const { agents } = await execute<{ readonly agents: { readonly nodes: readonly AgentInteractions[] } }>(
    INTERACTIONS_QUERY,
  );
  const now = world.clock.now();
  assertEachAgent(world, agents.nodes, (person, { latestInteractions }) => {
    const starts = world.company.conversations(person, now - DAY, now).map(({ start }) => start);
    return isLatest(starts, latestInteractions?.nodes[0]?.start, now);
  });
};

const REPORT_QUERY = `query ($during: TimeRange!) {
  agents(first: ${AGENTS}) { nodes { email statusPeriods(during: $during, first: 1) { complete totalCount nodes { start } } } }
}`;
interface DayReport {
  readonly email: string;
  readonly statusPeriods: {
    readonly complete: boolean;
    readonly totalCount: number;
    readonly nodes: readonly { readonly start: string }[];
  } | null;
}

/** The status periods of all agents on a number of days of which Kore and LivePerson both have everything. */
export function queryReport(days: number): CheckedQuery {
  return async (execute, world) => {
    const { from, to } = lastCompleteDays(days, world.clock.now());
    const during = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const { agents } = await execute<{ readonly agents: { readonly nodes: readonly DayReport[] } }>(REPORT_QUERY, {
      during,
    });
    assertEachAgent(world, agents.nodes, (person, { statusPeriods }) => {
      const starts = world.company
        .shifts(person, from, to)
        .flatMap(({ statusChanges }) => statusChanges.map(({ at }) => at));
      return (
        statusPeriods?.complete === true &&
        statusPeriods.totalCount === 2 * starts.length &&
        Date.parse(statusPeriods.nodes[0]?.start ?? '') === starts[0]
      );
    });
  };
}

/** The UTC days before the time from which LivePerson may still write events. */
export function lastCompleteDays(days: number, now: Instant): { readonly from: Instant; readonly to: Instant } {
  const to = Math.floor((now - LIVEPERSON_DELAY_MS) / DAY) * DAY;
  return { from: to - days * DAY, to };
}

function assertEachAgent<AgentResult extends { readonly email: string }>(
  { company, clock }: World,
  results: readonly AgentResult[],
  isCorrect: (person: CompanyPerson, result: AgentResult) => boolean,
): void {
  const now = clock.now();
  const byEmail = new Map(results.map((entry) => [entry.email, entry]));
  for (const person of company.people) {
    const result = byEmail.get(person.email);
    if (!result || !isCorrect(person, result))
      throw new Error(
        `${new Date(now).toISOString()} wrong result for ${person.email}: ${JSON.stringify(result).slice(0, 600)}`,
      );
  }
}

/** Whether `start` is the latest of these starts, now or within the maximum age. */
function isLatest(starts: readonly Instant[], start: string | undefined, now: Instant): boolean {
  const index = starts.indexOf(Date.parse(start ?? ''));
  return index >= 0 && (starts[index + 1] ?? Infinity) > now - MAX_AGE_MS;
}
