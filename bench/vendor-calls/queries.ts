import type { Instant } from '../../src/domain/clock.ts';
import type { CompanyPerson } from '../../src/vendors/sandbox.ts';
import { AGENTS, type QueryGateway, type World } from './world.ts';

/** Asks a gateway, and rejects unless the answer is what the company did. */
export type CheckedQuery = (execute: QueryGateway, world: World) => Promise<void>;

/** How old an answer may be: the longest time to live of these questions, and as long again for one being refreshed. */
const MAX_AGE_MS = 30_000;
const DAY = 86_400_000;

const STATUSES_QUERY = `{ agents(first: ${AGENTS}) { nodes { email currentStatus { status start } } } }`;
interface AgentStatuses {
  readonly email: string;
  readonly currentStatus: { readonly start: string } | null;
}

/** Who does what now? By Kore. */
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

/** Who talks with whom now? By Vonage. */
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

/** What did everybody do on the so many whole days before today? By Kore and LivePerson, who both know all of it. */
export const queryReport =
  (days: number): CheckedQuery =>
  async (execute, world) => {
    const { from, to } = daysBeforeToday(days, world.clock.now());
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

export function daysBeforeToday(days: number, now: Instant): { readonly from: Instant; readonly to: Instant } {
  const to = Math.floor(now / DAY) * DAY;
  return { from: to - days * DAY, to };
}

function assertEachAgent<AgentAnswer extends { readonly email: string }>(
  { company, clock }: World,
  answers: readonly AgentAnswer[],
  isCorrect: (person: CompanyPerson, answer: AgentAnswer) => boolean,
): void {
  const now = clock.now();
  const byEmail = new Map(answers.map((entry) => [entry.email, entry]));
  for (const person of company.people) {
    const answer = byEmail.get(person.email);
    if (!answer || !isCorrect(person, answer))
      throw new Error(
        `${new Date(now).toISOString()} wrong about ${person.email}: ${JSON.stringify(answer).slice(0, 600)}`,
      );
  }
}

/** Whether this is when the latest of these things began, or was so a moment ago. */
function isLatest(starts: readonly Instant[], start: string | undefined, now: Instant): boolean {
  const index = starts.indexOf(Date.parse(start ?? ''));
  return index >= 0 && (starts[index + 1] ?? Infinity) > now - MAX_AGE_MS;
}
