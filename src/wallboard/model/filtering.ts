import type { AgentStatus } from '../generated/documents.ts';
import type { BoardAgent, BoardTeam } from './board-agent.ts';

/** What of the company is shown; empty texts and nulls show all. */
export interface BoardFilter {
  readonly team: string | null;
  /** `vendor:KORE` or `account:kore-main`. */
  readonly source: string | null;
  readonly search: string;
}

export function filterAgents(agents: readonly BoardAgent[], filter: BoardFilter): readonly BoardAgent[] {
  const words = toSearchText(filter.search).split(' ').filter(Boolean);
  return agents.filter(
    (agent) =>
      (filter.team === null || agent.team?.id === filter.team) &&
      (filter.source === null || hasSource(agent, filter.source)) &&
      words.every((word) =>
        toSearchText(`${agent.name} ${agent.team?.name ?? ''} ${agent.label ?? ''}`).includes(word),
      ),
  );
}

/** Those in a status; `PRESENT`: all but those who are offline, of whom a screen on a wall shows the number only; null: all. */
export function filterByStatus(
  agents: readonly BoardAgent[],
  status: AgentStatus | 'PRESENT' | null,
): readonly BoardAgent[] {
  if (status === null) return agents;
  return agents.filter((agent) => (status === 'PRESENT' ? agent.status !== 'OFFLINE' : agent.status === status));
}

function hasSource({ accounts }: BoardAgent, source: string): boolean {
  return accounts.some(({ name, vendor }) => source === `account:${name}` || source === `vendor:${vendor}`);
}

/** Without case and accents: `sofia` finds Sofía. */
function toSearchText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

/** The teams of the people, by name. */
export function findTeams(agents: readonly BoardAgent[]): readonly BoardTeam[] {
  const teams = new Map(agents.flatMap(({ team }) => (team ? [[team.id, team] as const] : [])));
  return [...teams.values()].sort((a, b) => a.name.localeCompare(b.name));
}
