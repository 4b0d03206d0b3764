import type {
  AgentStatus,
  BoardAgentsFragment,
  InteractionDirection,
  InteractionType,
} from '../generated/documents.ts';
import { type Observation, toObservation } from './freshness.ts';

/** A person on the board: what a row shows, without when it was observed, so that a row stays equal until it looks different. */
export interface BoardAgent {
  readonly id: string;
  readonly name: string;
  readonly team: BoardTeam | null;
  readonly accounts: readonly BoardAccount[];
  readonly status: AgentStatus;
  /** The vendor's finer name, or why there is no status. */
  readonly label: string | null;
  /** When the status began; null without an ongoing one. */
  readonly since: number | null;
  /** The account that reported the status. */
  readonly statusAccount: string | null;
  /** Whether an account that could tell the status is missing or late. */
  readonly isIncomplete: boolean;
  /** The accounts that could not be read, each with its reason. */
  readonly troubles: readonly SourceTrouble[];
  readonly interaction: BoardInteraction | null;
}

export interface BoardTeam {
  readonly id: string;
  readonly name: string;
}

export interface BoardAccount {
  readonly name: string;
  readonly vendor: string;
}

export interface BoardInteraction {
  readonly type: InteractionType | null;
  readonly direction: InteractionDirection | null;
  readonly start: number;
}

export interface SourceTrouble {
  readonly account: string;
  readonly outcome: 'STALE' | 'PARTIAL' | 'FAILED';
  readonly reason: string;
}

/** Why a field of a person is null: all accounts that could tell it have failed. */
export interface FieldFailure {
  readonly field: string;
  /** Null where the failure is not of an account. */
  readonly trouble: SourceTrouble | null;
}

/** The people of an answer, and when the status of each was observed. */
export interface BoardPeople {
  readonly agents: readonly BoardAgent[];
  /** By agent id; an agent whose status no account can tell has none. */
  readonly observations: ReadonlyMap<string, Observation>;
}

type AgentNode = BoardAgentsFragment['nodes'][number];
type Presence = NonNullable<AgentNode['presence']>;
type Source = Pick<Presence['sources'][number], 'account' | 'outcome' | 'error'>;

/**
 * Takes over the objects of `previous` that are still equal, so that only what changed is drawn again. `failures`: of the fields of each node
 * that are null because they could not be read.
 */
export function toBoardPeople(
  nodes: readonly AgentNode[],
  previous: readonly BoardAgent[] = [],
  failures: ReadonlyMap<number, readonly FieldFailure[]> = new Map(),
): BoardPeople {
  const before = new Map(previous.map((agent) => [agent.id, agent]));
  const agents = nodes.map((node, index) => {
    const agent = toBoardAgent(node, failures.get(index) ?? []);
    const same = before.get(agent.id);
    return same && JSON.stringify(same) === JSON.stringify(agent) ? same : agent;
  });
  const isSame = agents.length === previous.length && agents.every((agent, index) => agent === previous[index]);
  return {
    agents: isSame ? previous : agents,
    observations: new Map(nodes.flatMap(({ id, presence }) => (presence ? [[id, observationOf(presence)]] : []))),
  };
}

function observationOf({ observedAt, sources }: Presence): Observation {
  const readings = sources.flatMap(({ fetchedAt, freshUntil }) =>
    fetchedAt === null
      ? []
      : { fetchedAt: Date.parse(fetchedAt), freshUntil: freshUntil === null ? null : Date.parse(freshUntil) },
  );
  return toObservation(Date.parse(observedAt), readings);
}

function toBoardAgent(node: AgentNode, failures: readonly FieldFailure[]): BoardAgent {
  const { id, name, team, accounts, presence } = node;
  const isUnread = failures.some(({ field }) => field === 'presence');
  const read = toTroubles([...(presence?.sources ?? []), ...(node.latestInteractions?.sources ?? [])]);
  return {
    id,
    name: name ?? 'Without a name',
    team,
    accounts: accounts.map(({ account }) => account),
    ...statusOf(presence, isUnread),
    isIncomplete: isUnread || presence?.complete === false,
    troubles: [...read, ...failures.flatMap(({ trouble }) => trouble ?? [])],
    interaction: activeInteraction(node),
  };
}

function statusOf(
  presence: AgentNode['presence'],
  isUnread: boolean,
): Pick<BoardAgent, 'status' | 'label' | 'since' | 'statusAccount'> {
  const period = presence?.status;
  if (period) {
    const { status, label, start, account } = period;
    return { status, label, since: Date.parse(start), statusAccount: account.name };
  }
  const none = { since: null, statusAccount: null };
  // Whose account answered, now or a while ago, and reports nothing as ongoing, is not logged in.
  if (presence?.sources.every(({ outcome }) => outcome !== 'FAILED' && outcome !== 'PARTIAL'))
    return { ...none, status: 'OFFLINE', label: null };
  return { ...none, status: 'UNKNOWN', label: presence || isUnread ? 'not known at the moment' : 'not reported' };
}

/** The reports of sources that are not as they should be, one per account. */
export function toTroubles(sources: readonly Source[]): readonly SourceTrouble[] {
  const byAccount = new Map<string, SourceTrouble>();
  for (const { account, outcome, error } of sources) {
    if (outcome === 'OK' || outcome === 'UNSUPPORTED' || error?.code === 'NOT_FOUND') continue;
    byAccount.set(account.name, { account: account.name, outcome, reason: error?.reason ?? error?.code ?? outcome });
  }
  return [...byAccount.values()];
}

/** The one that began last, of those that go on. */
function activeInteraction({ latestInteractions }: AgentNode): BoardInteraction | null {
  const active = (latestInteractions?.nodes ?? [])
    .filter(({ isActive }) => isActive)
    .map(({ type, direction, start }) => ({ type, direction, start: Date.parse(start) }));
  return active.reduce<BoardInteraction | null>(
    (latest, interaction) => (latest && latest.start >= interaction.start ? latest : interaction),
    null,
  );
}
