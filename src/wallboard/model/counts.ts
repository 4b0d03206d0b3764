import type { AgentStatus } from '../generated/documents.ts';
import type { BoardAgent } from './board-agent.ts';
import { STATUS_NAMES, STATUSES } from './status-order.ts';

export type StatusNumbers = Readonly<Record<AgentStatus, number>>;

export function countStatuses(agents: readonly Pick<BoardAgent, 'status'>[]): StatusNumbers {
  const counts = { AVAILABLE: 0, BUSY: 0, AWAY: 0, OFFLINE: 0, UNKNOWN: 0 };
  for (const { status } of agents) counts[status] += 1;
  return counts;
}

/** The counts as a sentence, for a screen reader. */
export function describeCounts(counts: StatusNumbers): string {
  return STATUSES.map((status) => `${counts[status]} ${STATUS_NAMES[status].toLowerCase()}`).join(', ');
}
