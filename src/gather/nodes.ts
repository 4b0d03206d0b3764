import type { Agent } from '../domain/agent.ts';
import { type DecodedGlobalId, decodeGlobalId, fingerprintOf } from '../domain/global-id.ts';
import type { Interaction } from '../domain/interaction.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';
import type { Session } from '../domain/session.ts';
import type { SourcedResult } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { DAY, type TimeRange } from '../domain/time.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { agentByAccount, agentByDecodedId } from './agents.ts';
import { allData, fanOut, incompleteSourceError, mayBeMissingData } from './fan-out.ts';
import { ALL_LATEST_INTERACTIONS } from './interactions.ts';
import type { QueryContext } from './query-context.ts';
import { assertMaxLength } from './validate-args.ts';

/** An object with a global id. */
export type Node = Agent | StatusPeriod | Session | Interaction;

/** The type of a node, by a property that only this type has. */
export function resolveNodeType(value: Node): 'Agent' | 'StatusPeriod' | 'Session' | 'Interaction' {
  if ('accounts' in value) return 'Agent';
  if ('vendorSessionId' in value) return 'Session';
  return 'guid' in value ? 'Interaction' : 'StatusPeriod';
}

const MAX_NODE_IDS = 100;

/** Throws InvalidInputError for too many ids. */
export function assertNodeIds(ids: readonly string[]): readonly string[] {
  assertMaxLength('ids', ids, MAX_NODE_IDS);
  return ids;
}

/**
 * Refetches the node of an id. Null for a text that is not an id, and for an id that resolves to nothing for this caller. Rejects
 * where the node may exist, but its account could not be read completely.
 */
export async function node(context: QueryContext, id: string): Promise<Node | null> {
  const decodedId = decodeGlobalId(id);
  if (!decodedId) return null;
  switch (decodedId.type) {
    case 'Agent':
    case 'AgentByEmail':
    case 'AgentByAccount': {
      return agentByDecodedId(context, id, decodedId);
    }
    case 'StatusPeriod': {
      const matches = (period: StatusPeriod) =>
        period.start === decodedId.start && fingerprintOf(period) === decodedId.fingerprint;
      return refetchNode(
        context,
        decodedId,
        (dataSource, ref) => dataSource.statusPeriods?.(ref, refetchRange(decodedId)),
        matches,
      );
    }
    case 'Session': {
      const matches = (session: Session) => session.vendorSessionId === decodedId.vendorSessionId;
      return refetchNode(
        context,
        decodedId,
        (dataSource, ref) => dataSource.sessions?.(ref, refetchRange(decodedId)),
        matches,
      );
    }
    case 'Interaction': {
      const matches = ({ guid, start }: Interaction) => guid === decodedId.guid && start === decodedId.start;
      return refetchNode(
        context,
        decodedId,
        (dataSource, ref) => dataSource.latestInteractions?.(ref, ALL_LATEST_INTERACTIONS),
        matches,
      );
    }
  }
}

/** The time range to read in order to refetch a node. */
export function refetchRange(decodedId: Extract<DecodedGlobalId, { type: 'StatusPeriod' | 'Session' }>): TimeRange {
  if (decodedId.type === 'StatusPeriod') return { from: decodedId.start, to: decodedId.start + 1 };
  return { from: decodedId.day * DAY, to: (decodedId.day + 1) * DAY };
}

/**
 * Reads the one account of a decoded id, if the caller may use it and the agent has it. Null where the account does not have the
 * node (any more). Rejects where that is unknown because the account could not be read completely.
 */
async function refetchNode<T>(
  context: QueryContext,
  { account, ref }: Extract<DecodedGlobalId, { account: string }>,
  call: (dataSource: AccountDataSource, ref: string) => MaybePromise<SourcedResult<readonly T[]>> | undefined,
  matches: (value: T) => boolean,
): Promise<T | null> {
  const agent = await agentByAccount(context, account, ref);
  if (!agent?.accounts.some((agentAccount) => agentAccount.account === account)) return null;
  // By the id's own reference, though the agent may have another one by now: the vendor knows both, the plan has counted the calls
  // for this one, and the node keeps its id.
  const { results, sources } = await fanOut(context, [{ account, ref }], call);
  const match = allData(results).find(matches);
  if (match !== undefined) return match;
  const incomplete = sources.filter(mayBeMissingData);
  if (incomplete.length > 0) throw incompleteSourceError(context, incomplete);
  return null;
}
