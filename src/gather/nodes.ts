import type { Agent } from '../domain/agent.ts';
import { interactionId, fingerprintOf, decodeGlobalId, type DecodedGlobalId } from '../domain/global-id.ts';
import type { Interaction } from '../domain/interaction.ts';
import type { Session } from '../domain/session.ts';
import type { SourcedResult } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { DAY, type TimeRange } from '../domain/time.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { agentByDecodedId, agentByAccount } from './agents.ts';
import { fanOut, mayBeMissingData } from './fan-out.ts';
import type { QueryContext } from './query-context.ts';
import { incompleteSourceError } from './incomplete-source.ts';
import { assertMaxLength } from './validate-args.ts';
import { ALL_LATEST_INTERACTIONS } from './interactions.ts';

/** Something with a global id. */
export type Node = Agent | StatusPeriod | Session | Interaction;

/** What kind of thing it is, by a property that only that kind has. */
export function resolveNodeType(value: Node): 'Agent' | 'StatusPeriod' | 'Session' | 'Interaction' {
  if ('accounts' in value) return 'Agent';
  if ('vendorSessionId' in value) return 'Session';
  return 'guid' in value ? 'Interaction' : 'StatusPeriod';
}

/** As many ids as may be looked for at once. */
const MAX_NODE_IDS = 100;

/** Throws InvalidInput for too many ids. */
export function assertNodeIds(ids: readonly string[]): readonly string[] {
  assertMaxLength('ids', ids, MAX_NODE_IDS);
  return ids;
}

/**
 * What an id stands for, found again; null for an id that is none, or that leads nowhere for this caller. Rejects where it may
 * lead somewhere, but its account could not be read whole.
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
      const matches = (interaction: Interaction) => interactionId(interaction) === id;
      return refetchNode(
        context,
        decodedId,
        (dataSource, ref) => dataSource.latestInteractions?.(ref, ALL_LATEST_INTERACTIONS),
        matches,
      );
    }
  }
}

/** The time in which an account is asked for something, to find it again. */
export function refetchRange(decodedId: Extract<DecodedGlobalId, { type: 'StatusPeriod' | 'Session' }>): TimeRange {
  if (decodedId.type === 'StatusPeriod') return { from: decodedId.start, to: decodedId.start + 1 };
  return { from: decodedId.day * DAY, to: (decodedId.day + 1) * DAY };
}

/**
 * Asks the one account that an address names, if the caller may use it and it knows the agent. Null when it has no such thing (any
 * more); rejects where that cannot be told, because the account could not be read whole.
 */
async function refetchNode<T>(
  context: QueryContext,
  { account, ref }: Extract<DecodedGlobalId, { account: string }>,
  call: (dataSource: AccountDataSource, ref: string) => Promise<SourcedResult<readonly T[]>> | undefined,
  matches: (value: T) => boolean,
): Promise<T | null> {
  const agent = await agentByAccount(context, account, ref);
  // Only the reference that the agent goes by here: another spelling would give the same thing a second id.
  const agentAccount = agent?.accounts.find((candidate) => candidate.account === account && candidate.ref === ref);
  if (!agentAccount) return null;
  const { results, sources } = await fanOut(context, [agentAccount], call);
  const match = results.flatMap(({ data }) => data).find(matches);
  if (match !== undefined) return match;
  const incomplete = sources.filter(mayBeMissingData);
  if (incomplete.length > 0) throw incompleteSourceError(context, incomplete);
  return null;
}
