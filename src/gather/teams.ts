import type { DirectoryView } from '../directory/merge-agents.ts';
import type { Agent } from '../domain/agent.ts';
import type { Team } from '../domain/team.ts';
import type { QueryContext } from './query-context.ts';

/** The teams with at least one agent that the caller may see, in the order of the configuration. */
export function teams(context: QueryContext): readonly Team[] {
  const members = membersByTeam(context.configuredDirectory().configured);
  return context.services.directory.teams.filter(({ id }) => members.has(id));
}

/** The team of an agent that the caller may see; null for an agent without one. */
export function teamOf(context: QueryContext, { teamId }: Agent): Team | null {
  return teamId === null ? null : (context.services.directory.teams.find(({ id }) => id === teamId) ?? null);
}

/** The agents of the view by the id of their team, each list in the order of the view. Only configured agents have teams. */
export function membersByTeam(view: DirectoryView): ReadonlyMap<string | null, readonly Agent[]> {
  return view.memoize('members by team', () => Map.groupBy(view.agents, ({ teamId }) => teamId));
}
