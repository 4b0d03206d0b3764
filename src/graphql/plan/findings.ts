import { type NodeAddress, readGlobalId } from '../../domain/global-id.ts';
import { ALL_LATEST } from '../../gather/interactions.ts';
import { timeOf } from '../../gather/nodes.ts';
import { type Outlook, type Prospect, prospectAt, prospectBySeat } from '../../gather/prospects.ts';
import type { AgentQuestion, Matter } from '../../vendors/estimate.ts';

/** Where in the answer something stands: below which agents, and whether it is come by at a moment of each agent's own. */
export interface Place {
  readonly prospect: Prospect;
  readonly apart: boolean;
}

/** Something that a field on the first level may find. */
export interface Finding {
  /** What the schema calls it; null for what will not be shown. */
  readonly type: string | null;
  readonly place: Place;
  /** What is asked to find it, beside who there is. */
  readonly asks?: { readonly account: string; readonly question: AgentQuestion };
}

export function agentFound(prospect: Prospect | null): readonly Finding[] {
  return prospect ? [{ type: 'Agent', place: { prospect, apart: false } }] : [];
}

/** What `node` may find under an id; nothing for one that leads nowhere, whatever the vendors say. */
export function nodeFound(outlook: Outlook, id: string): readonly Finding[] {
  const address = readGlobalId(id);
  if (!address) return [];
  if (address.type === 'Agent' || address.type === 'AgentByEmail' || address.type === 'AgentBySeat') {
    return agentFound(prospectAt(outlook, id, address));
  }
  const { type, account, ref } = address;
  const prospect = prospectBySeat(outlook, account, ref);
  if (!prospect) return [];
  const whom = {
    key: `seat ${account} ${ref}`,
    most: Math.min(1, prospect.most),
    refs: [ref],
    others: 'none',
  } as const;
  const question: AgentQuestion = { ...matterOf(address), whom, together: prospect.found };
  return [{ type, place: { prospect, apart: true }, asks: { account, question } }];
}

/** What a federation router's reference finds; it is shown only if it is of the type that the router takes it for. */
export function entityFound(outlook: Outlook, reference: unknown): readonly Finding[] {
  const { __typename, id } = reference as { readonly __typename?: unknown; readonly id?: unknown };
  if (typeof id !== 'string') return [];
  return nodeFound(outlook, id).map((one) => (one.type === __typename ? one : { ...one, type: null }));
}

function matterOf(address: Extract<NodeAddress, { type: 'StatusPeriod' | 'Session' | 'Interaction' }>): Matter {
  switch (address.type) {
    case 'StatusPeriod': {
      return { capability: 'statusPeriods', during: timeOf(address) };
    }
    case 'Session': {
      return { capability: 'sessions', during: timeOf(address) };
    }
    case 'Interaction': {
      return { capability: 'latestInteractions', query: ALL_LATEST };
    }
  }
}
