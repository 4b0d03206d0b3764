import type { Agent } from '../domain/agent.ts';
import { interactionId, markOf, readGlobalId, type NodeAddress } from '../domain/global-id.ts';
import type { Interaction } from '../domain/interaction.ts';
import type { Session } from '../domain/session.ts';
import type { Answer } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { DAY, type TimeRange } from '../domain/time.ts';
import type { Sources } from '../vendors/vendor.ts';
import { agentAt, agentBySeat } from './agents.ts';
import { ask, lacksSomething } from './ask.ts';
import type { Desk } from './desk.ts';
import { sourceIncomplete } from './incomplete.ts';
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

/**
 * What an id stands for, found again; null for an id that is none, or that leads nowhere for this caller. Rejects where it may
 * lead somewhere, but its account could not be read whole.
 */
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
      const isIt = (one: StatusPeriod) => one.start === address.start && markOf(one) === address.mark;
      return look(desk, address, (from, ref) => from.statusPeriods?.(ref, timeOf(address)), isIt);
    }
    case 'Session': {
      const isIt = (one: Session) => one.vendorSessionId === address.vendorSessionId;
      return look(desk, address, (from, ref) => from.sessions?.(ref, timeOf(address)), isIt);
    }
    case 'Interaction': {
      const isIt = (one: Interaction) => interactionId(one) === id;
      return look(desk, address, (from, ref) => from.latestInteractions?.(ref, ALL_LATEST), isIt);
    }
  }
}

/** The time in which an account is asked for something, to find it again. */
export function timeOf(address: Extract<NodeAddress, { type: 'StatusPeriod' | 'Session' }>): TimeRange {
  if (address.type === 'StatusPeriod') return { from: address.start, to: address.start + 1 };
  return { from: address.day * DAY, to: (address.day + 1) * DAY };
}

/**
 * Asks the one account that an address names, if the caller may use it and it knows the agent. Null when it has no such thing (any
 * more); rejects where that cannot be told, because the account could not be read whole.
 */
async function look<T>(
  desk: Desk,
  { account, ref }: Extract<NodeAddress, { account: string }>,
  put: (sources: Sources, ref: string) => Promise<Answer<readonly T[]>> | undefined,
  isIt: (one: T) => boolean,
): Promise<T | null> {
  const agent = await agentBySeat(desk, account, ref);
  // Only the reference that the agent goes by here: another spelling would give the same thing a second id.
  const seat = agent?.seats.find((one) => one.account === account && one.ref === ref);
  if (!seat) return null;
  const { told, sources } = await ask(desk, [seat], put);
  const found = told.flatMap(({ data }) => data).find(isIt);
  if (found !== undefined) return found;
  const unread = sources.filter(lacksSomething);
  if (unread.length > 0) throw sourceIncomplete(desk, unread);
  return null;
}
