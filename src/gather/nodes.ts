import type { Agent, AgentAccount } from '../domain/agent.ts';
import type { Instant } from '../domain/clock.ts';
import { decodeGlobalId, fingerprintOf, statusPeriodId } from '../domain/global-id.ts';
import type { Interaction } from '../domain/interaction.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';
import type { Session } from '../domain/session.ts';
import type { SourcedResult } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { DAY, type TimeRange } from '../domain/time.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { agentByAccount, agentByDecodedId, referencesByHash } from './agents.ts';
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
    case 'StatusPeriodByHash': {
      const references = await referencesByHash(context, decodedId.referenceHash);
      return refetchPeriod(context, references, decodedId.start, (period) => statusPeriodId(period) === id);
    }
    case 'StatusPeriod': {
      const { start, fingerprint } = decodedId;
      const matches = (period: StatusPeriod) => period.start === start && fingerprintOf(period) === fingerprint;
      return refetchPeriod(context, [decodedId], start, matches);
    }
    case 'Session': {
      const matches = (session: Session) => session.vendorSessionId === decodedId.vendorSessionId;
      const during = sessionRefetchRange(decodedId.day);
      return refetchNode(context, [decodedId], (dataSource, ref) => dataSource.sessions?.(ref, during), matches);
    }
    case 'Interaction': {
      const matches = ({ guid, start }: Interaction) => guid === decodedId.guid && start === decodedId.start;
      return refetchNode(
        context,
        [decodedId],
        (dataSource, ref) => dataSource.latestInteractions?.(ref, ALL_LATEST_INTERACTIONS),
        matches,
      );
    }
  }
}

function refetchPeriod(
  context: QueryContext,
  references: readonly AgentAccount[],
  start: Instant,
  matches: (period: StatusPeriod) => boolean,
): Promise<StatusPeriod | null> {
  const during = periodRefetchRange(start);
  return refetchNode(context, references, (dataSource, ref) => dataSource.statusPeriods?.(ref, during), matches);
}

/** The time range to read in order to refetch a status period. */
export function periodRefetchRange(start: Instant): TimeRange {
  return { from: start, to: start + 1 };
}

/** The time range to read in order to refetch a session whose first event is of this day, as the number of days since 1970. */
export function sessionRefetchRange(day: number): TimeRange {
  return { from: day * DAY, to: (day + 1) * DAY };
}

/**
 * Reads the accounts of these references, as far as the caller may use them and an agent has them. Null where none has the node (any
 * more). Rejects where that is unknown because an account could not be read completely.
 */
async function refetchNode<T>(
  context: QueryContext,
  references: readonly AgentAccount[],
  call: (dataSource: AccountDataSource, ref: string) => MaybePromise<SourcedResult<readonly T[]>> | undefined,
  matches: (value: T) => boolean,
): Promise<T | null> {
  const known: AgentAccount[] = [];
  for (const { account, ref } of references) {
    const agent = await agentByAccount(context, account, ref);
    // By the id's own reference, though the agent may have another one by now: the vendor knows both, the plan has counted the calls
    // for this one, and the node keeps its id.
    if (agent?.accounts.some((agentAccount) => agentAccount.account === account)) known.push({ account, ref });
  }
  if (known.length === 0) return null;
  const { results, sources } = await fanOut(context, known, call);
  const match = allData(results).find(matches);
  if (match !== undefined) return match;
  const incomplete = sources.filter(mayBeMissingData);
  if (incomplete.length > 0) throw incompleteSourceError(context, incomplete);
  return null;
}
