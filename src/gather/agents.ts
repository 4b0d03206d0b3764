import type { MergedDirectory } from '../directory/directory.ts';
import { compareByNameThenId, type DirectoryView } from '../directory/merge-agents.ts';
import type { Agent, AgentAccount } from '../domain/agent.ts';
import { agentId, type DecodedGlobalId, decodeGlobalId } from '../domain/global-id.ts';
import { mapValue, type MaybePromise, rejectThrown } from '../domain/maybe-promise.ts';
import { mayBeReferenceIn } from '../domain/reference-hash.ts';
import {
  addressedAgents,
  admitsDiscoveryOf,
  type AgentFilter,
  assertAgentFilter,
  createAgentFilter,
  membersOf,
  needsDiscovery,
} from './agent-filter.ts';
import { type AgentPage, type CursorCodec, decodeCursor, encodeCursor, type Page, paginate } from './page.ts';
import type { QueryContext } from './query-context.ts';
import { assertIntInRange } from './validate-args.ts';

export interface AgentsArgs {
  readonly first: number;
  readonly after?: string | null;
  readonly filter?: AgentFilter | null;
}

const MAX_AGENTS_PAGE_SIZE = 1000;

export function agents(context: QueryContext, args: AgentsArgs): MaybePromise<AgentPage> {
  return rejectThrown(() => {
    assertAgentsArgs(context, args);
    const filter = args.filter ?? {};
    return mapValue(directoryFor(context, filter), ({ view, sources }) => ({
      ...paginateAgents(context, view, args),
      sources: sources.filter(({ account }) => admitsDiscoveryOf(context, filter, account)),
    }));
  });
}

/** The agents among which the filter selects; without a discovery where the matching ones do not depend on it. */
export function directoryFor(context: QueryContext, filter: AgentFilter): MaybePromise<MergedDirectory> {
  const { configured, discoverableAccounts } = context.configuredDirectory();
  return needsDiscovery({ context, configured, discoverableAccounts }, filter)
    ? context.allAgents()
    : { view: configured, sources: [] };
}

/** Throws InvalidInputError. */
export function assertAgentsArgs(context: QueryContext, { first, filter }: AgentsArgs): void {
  assertIntInRange('first', first, 0, MAX_AGENTS_PAGE_SIZE);
  assertAgentFilter(context, filter ?? {});
}

/** The page that `agents` returns for the agents of this view. */
export function paginateAgents(context: QueryContext, view: DirectoryView, args: AgentsArgs): Page<Agent> {
  return paginate(matchingAgents(context, view, args.filter ?? null), args, createAgentCursorCodec(view));
}

/** The agents of the view that match the filter, in its order. */
export function matchingAgents(
  context: QueryContext,
  view: DirectoryView,
  filter: AgentFilter | null,
): readonly Agent[] {
  if (!filter) return view.agents;
  // Not by the text of the filter: finding the agents takes less than the text of a long list.
  const { emails } = filter;
  if (emails) return context.memoizeByFilter(view, filter, () => addressedAgents(context, view, emails, filter));
  return view.memoize(`matching ${JSON.stringify(filter)}`, () =>
    membersOf(view, filter).filter(createAgentFilter(context, view, filter)),
  );
}

/**
 * A cursor identifies an agent. A configured agent is found by its key, or by its rank where it has been removed. A discovered one
 * is found by its name and id, which determine its position.
 */
function createAgentCursorCodec({ rankOf, byId }: DirectoryView): CursorCodec<Agent> {
  return {
    encode: (page, start, end) =>
      page.slice(start, end).map((agent) =>
        agent.key === null
          ? // As JSON, since a vendor's name may contain any character, line breaks included.
            encodeCursor(['found', JSON.stringify(agent.name ?? ''), agent.id])
          : encodeCursor(['listed', rankOf(agent).toString(), agent.key]),
      ),
    indexAfter(cursor, items) {
      const [kind, position, identifier] = decodeCursor(cursor, 3) ?? [];
      if (position === undefined || identifier === undefined) return null;
      if (kind === 'found') {
        const name = parseJsonString(position);
        if (name === null) return null;
        const last = { name, id: identifier };
        return findFirstIndex(items, (agent) => agent.key === null && compareByNameThenId(agent, last) > 0);
      }
      if (kind !== 'listed' || !/^\d{1,9}$/.test(position)) return null;
      const current = byId(agentId(identifier));
      const lastRank = current ? rankOf(current) : Number(position) - 1;
      return findFirstIndex(items, (agent) => agent.key === null || rankOf(agent) > lastRank);
    },
  };
}

function parseJsonString(json: string): string | null {
  try {
    const text: unknown = JSON.parse(json);
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}

/** The index of the first item from which on the predicate holds for all; the number of items where it holds for none. */
function findFirstIndex<T>(items: readonly T[], predicate: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (predicate(items[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function agentById(context: QueryContext, id: string): MaybePromise<Agent | null> {
  const decodedId = decodeGlobalId(id);
  return decodedId ? agentByDecodedId(context, id, decodedId) : null;
}

/** The agent of a decoded id; null for the id of another type. Discovery runs only if needed. */
export function agentByDecodedId(
  context: QueryContext,
  id: string,
  decodedId: DecodedGlobalId,
): MaybePromise<Agent | null> {
  const find: FindAgent = (view) => view.byId(id);
  switch (decodedId.type) {
    case 'Agent': {
      return findAgent(context, find, []);
    }
    case 'AgentByEmail': {
      return findAgent(context, find);
    }
    case 'AgentByAccount': {
      return context.canAccess(decodedId.account) ? findAgent(context, find, [decodedId.account]) : null;
    }
    default: {
      return null;
    }
  }
}

export function agentByEmail(context: QueryContext, email: string): MaybePromise<Agent | null> {
  return findAgent(context, (view) => view.byEmail(email));
}

export function agentByAccount(context: QueryContext, account: string, ref: string): MaybePromise<Agent | null> {
  return context.canAccess(account) ? findAgent(context, (view) => view.byAccount(account, ref), [account]) : null;
}

/** The agent with this id in the configuration. */
export function agentByKey(context: QueryContext, key: string): MaybePromise<Agent | null> {
  return findAgent(context, (view) => view.byId(agentId(key)), []);
}

/** The agent to whom vendor data belongs. The data was found through the agent, so the agent exists. */
export function owningAgent(context: QueryContext, { account, ref }: AgentAccount): MaybePromise<Agent> {
  return mapValue(agentByAccount(context, account, ref), assertAgent);
}

function assertAgent(agent: Agent | null): Agent {
  if (!agent) throw new Error('vendor data belongs to an unknown agent');
  return agent;
}

type FindAgent = (view: DirectoryView) => Agent | null;

/**
 * Searches the configured agents first. Discovery runs only where these cannot decide. `discoveredBy` are the accounts whose
 * discovery may find the agent; all when absent. Throws the error of one of these whose agents are unknown, since the agent
 * may be among them.
 */
function findAgent(
  context: QueryContext,
  find: FindAgent,
  discoveredBy?: readonly string[],
): MaybePromise<Agent | null> {
  const { directory } = context.services;
  return findInDirectory(context, find, (agent) => !directory.mayBeEnriched(agent, context), discoveredBy);
}

/**
 * The references, in accounts that the caller may use, that have this hash. Discovery runs only where the configured agents have none.
 * Throws as `findAgent` does.
 */
export function referencesByHash(context: QueryContext, referenceHash: number): MaybePromise<readonly AgentAccount[]> {
  const discoveredBy = context.accounts
    .map(({ name }) => name)
    .filter((account) => mayBeReferenceIn(account, referenceHash));
  const find = (view: DirectoryView) => {
    const references = view.referencesByHash(referenceHash);
    return references.length === 0 ? null : references;
  };
  return mapValue(
    findInDirectory(context, find, () => true, discoveredBy),
    (found) => found ?? [],
  );
}

/** Looks in the configuration, and after discovery where that has nothing, or where what it has is not final. */
function findInDirectory<T>(
  context: QueryContext,
  find: (view: DirectoryView) => T | null,
  isFinal: (found: T) => boolean,
  discoveredBy?: readonly string[],
): MaybePromise<T | null> {
  const mayFind = (account: string): boolean => discoveredBy?.includes(account) !== false;
  const known = context.configuredDirectory();
  const configured = find(known.configured);
  if (configured !== null && isFinal(configured)) return configured;
  if (configured === null && ![...known.discoverableAccounts].some(mayFind)) return null;

  const search = ({ view, sources }: MergedDirectory): T | null => {
    const found = find(view);
    if (found !== null) return found;
    const failed = sources.find(({ account, outcome }) => outcome === 'FAILED' && mayFind(account));
    if (failed?.error) throw failed.error;
    return null;
  };
  return mapValue(context.allAgents(), search);
}
