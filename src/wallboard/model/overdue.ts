import type { BoardAgent } from './board-agent.ts';

const MINUTE_MS = 60_000;

/** How long a status may last before it stands out. */
const LIMITS_MS: Partial<Readonly<Record<BoardAgent['status'], number>>> = {
  AWAY: 30 * MINUTE_MS,
  BUSY: 45 * MINUTE_MS,
};

/** Whether someone has been away or busy for longer than usual. */
export function isOverdue({ status, since }: BoardAgent, now: number): boolean {
  const limitMs = LIMITS_MS[status];
  return limitMs !== undefined && since !== null && now - since > limitMs;
}
