import type { Instant } from '../../src/domain/clock.ts';
import type { Person } from '../../src/vendors/sandbox.ts';
import { AGENTS, type Ask, type World } from './world.ts';

/** Asks a gateway, and rejects unless the answer is what the company did. */
export type Question = (ask: Ask, world: World) => Promise<void>;

/** How old an answer may be: the longest time to live of these questions, and as long again for one being refreshed. */
const OLDEST = 30_000;
const DAY = 86_400_000;

const STATUSES = `{ agents(first: ${AGENTS}) { nodes { email currentStatus { status start } } } }`;
interface Statuses {
  readonly email: string;
  readonly currentStatus: { readonly start: string } | null;
}

/** Who does what now? By Kore. */
export const statuses: Question = async (ask, world) => {
  const { agents } = await ask<{ readonly agents: { readonly nodes: readonly Statuses[] } }>(STATUSES);
  const now = world.clock.now();
  forEverybody(world, agents.nodes, (person, { currentStatus }) => {
    const starts = world.company.shifts(person, now - DAY, now).flatMap(({ moves }) => moves.map(({ at }) => at));
    return isLatest(starts, currentStatus?.start, now);
  });
};

const INTERACTIONS = `{ agents(first: ${AGENTS}) { nodes { email latestInteractions { nodes { guid start } } } } }`;
interface Interactions {
  readonly email: string;
  readonly latestInteractions: { readonly nodes: readonly { readonly start: string }[] } | null;
}

/** Who talks with whom now? By Vonage. */
export const interactions: Question = async (ask, world) => {
  const { agents } = await ask<{ readonly agents: { readonly nodes: readonly Interactions[] } }>(INTERACTIONS);
  const now = world.clock.now();
  forEverybody(world, agents.nodes, (person, { latestInteractions }) => {
    const starts = world.company.conversations(person, now - DAY, now).map(({ start }) => start);
    return isLatest(starts, latestInteractions?.nodes[0]?.start, now);
  });
};

const REPORT = `query ($during: TimeRange!) {
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
export const reportOf =
  (days: number): Question =>
  async (ask, world) => {
    const { from, to } = daysBeforeToday(days, world.clock.now());
    const during = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const { agents } = await ask<{ readonly agents: { readonly nodes: readonly DayReport[] } }>(REPORT, { during });
    forEverybody(world, agents.nodes, (person, { statusPeriods }) => {
      const starts = world.company.shifts(person, from, to).flatMap(({ moves }) => moves.map(({ at }) => at));
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

function forEverybody<Told extends { readonly email: string }>(
  { company, clock }: World,
  told: readonly Told[],
  isRight: (person: Person, told: Told) => boolean,
): void {
  const now = clock.now();
  const byEmail = new Map(told.map((one) => [one.email, one]));
  for (const person of company.people) {
    const one = byEmail.get(person.email);
    if (!one || !isRight(person, one))
      throw new Error(
        `${new Date(now).toISOString()} wrong about ${person.email}: ${JSON.stringify(one).slice(0, 600)}`,
      );
  }
}

/** Whether this is when the latest of these things began, or was so a moment ago. */
function isLatest(starts: readonly Instant[], said: string | undefined, now: Instant): boolean {
  const index = starts.indexOf(Date.parse(said ?? ''));
  return index >= 0 && (starts[index + 1] ?? Infinity) > now - OLDEST;
}
