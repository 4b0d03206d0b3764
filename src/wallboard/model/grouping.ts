import type { BoardAgent } from './board-agent.ts';
import { GROUP_ORDER, STATUS_NAMES } from './status-order.ts';

export type Grouping = 'status' | 'team';

export interface AgentGroup {
  readonly key: string;
  readonly name: string;
  readonly agents: readonly BoardAgent[];
  /** How many belong to the group, also where a page shows only some of them. */
  readonly size: number;
}

const WITHOUT_TEAM = 'No team';

/** Groups by status or by team; within a group, who is longest in the status stands first. */
export function groupAgents(agents: readonly BoardAgent[], grouping: Grouping): readonly AgentGroup[] {
  return grouping === 'status' ? groupByStatus(agents) : groupByTeam(agents);
}

function groupByStatus(agents: readonly BoardAgent[]): readonly AgentGroup[] {
  return GROUP_ORDER.map((status) => {
    const members = agents.filter((agent) => agent.status === status).sort(compareDuration);
    return { key: status, name: STATUS_NAMES[status], agents: members, size: members.length };
  }).filter(({ size }) => size > 0);
}

function groupByTeam(agents: readonly BoardAgent[]): readonly AgentGroup[] {
  const groups = new Map<string, { readonly name: string; readonly members: BoardAgent[] }>();
  for (const agent of agents) {
    const key = agent.team?.id ?? '';
    const group = groups.get(key) ?? { name: agent.team?.name ?? WITHOUT_TEAM, members: [] };
    groups.set(key, group);
    group.members.push(agent);
  }
  return [...groups]
    .sort(([keyA, a], [keyB, b]) => Number(keyA === '') - Number(keyB === '') || a.name.localeCompare(b.name))
    .map(([key, { name, members }]) => ({
      key: `team:${key}`,
      name,
      agents: members.sort((a, b) => rankOf(a) - rankOf(b) || compareDuration(a, b)),
      size: members.length,
    }));
}

function rankOf({ status }: BoardAgent): number {
  return GROUP_ORDER.indexOf(status);
}

/** The longest first; who has no ongoing status, last and by name. */
function compareDuration(a: BoardAgent, b: BoardAgent): number {
  if (a.since !== b.since) return (a.since ?? Infinity) < (b.since ?? Infinity) ? -1 : 1;
  return a.name.localeCompare(b.name);
}
