import type { Agent } from '../domain/agent.ts';
import { interactionId, markOf, readGlobalId, type NodeAddress } from '../domain/global-id.ts';
import type { Interaction } from '../domain/interaction.ts';
import type { Session } from '../domain/session.ts';
import type { Answer } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { DAY, type TimeRange } from '../domain/time.ts';
import type { Sources } from '../vendors/vendor.ts';
import { agentAt, agentBySeat } from './agents.ts';
import type { Desk } from './desk.ts';
import { checkLength } from './input.ts';
import { ALL_LATEST } from './interactions.ts';

/** Something with a global id. */
export type Node = Agent | StatusPeriod | Session | Interaction;

/** What kind of thing it is, by a property that only that kind has. */
export function typeOfNode(one: Node): 'Agent' | 'StatusPeriod' | 'Session' | 'Interaction' {
  if ('seats' in one) return 'Agent';
  if ('vendorSessionId' in one) return 'Session';
  return 'guid' in one ? 'Interaction' : 'StatusPeriod';
}

/** As many ids as may be looked for at once. */
const MOST = 100;

/** Throws InvalidInput for too many ids. */
export function checkIds(ids: readonly string[]): readonly string[] {
  checkLength('ids', ids, MOST);
  return ids;
}

/** What an id stands for, found again; null for an id that is none, or that leads nowhere for this caller. */
export async function node(desk: Desk, id: string): Promise<Node | null> {
  const address = readGlobalId(id);
  if (!address) return null;
  switch (address.type) {
    case 'Agent':
    case 'AgentByEmail':
    case 'AgentBySeat': {
      return agentAt(desk, id, address);
    }
    case 'StatusPeriod': {
      const { start, mark } = address;
      const periods = await look(desk, address, (from, ref) => from.statusPeriods?.(ref, timeOf(address)));
      return periods?.find((period) => period.start === start && markOf(period) === mark) ?? null;
    }
    case 'Session': {
      const sessions = await look(desk, address, (from, ref) => from.sessions?.(ref, timeOf(address)));
      return sessions?.find((session) => session.vendorSessionId === address.vendorSessionId) ?? null;
    }
    case 'Interaction': {
      const interactions = await look(desk, address, (from, ref) => from.latestInteractions?.(ref, ALL_LATEST));
      return interactions?.find((one) => interactionId(one) === id) ?? null;
    }
  }
}

/** The time in which an account is asked for something, to find it again. */
export function timeOf(address: Extract<NodeAddress, { type: 'StatusPeriod' | 'Session' }>): TimeRange {
  if (address.type === 'StatusPeriod') return { from: address.start, to: address.start + 1 };
  return { from: address.day * DAY, to: (address.day + 1) * DAY };
}

/** Asks the one account that an address names, if the caller may use it and it knows the agent. */
async function look<T>(
  desk: Desk,
  { account, ref }: Extract<NodeAddress, { account: string }>,
  put: (sources: Sources, ref: string) => Promise<Answer<T>> | undefined,
): Promise<T | undefined> {
  const agent = await agentBySeat(desk, account, ref);
  // Only the reference that the agent goes by here: another spelling would give the same thing a second id.
  if (!agent?.seats.some((seat) => seat.account === account && seat.ref === ref)) return undefined;
  const sources = desk.sources(account);
  return sources ? (await put(sources, ref))?.data : undefined;
}
