import type { Agent } from '../domain/agent.ts';
import type { Interaction, InteractionQuery, InteractionType } from '../domain/interaction.ts';
import { mapValue, type MaybePromise, rejectThrown } from '../domain/maybe-promise.ts';
import { accountsSupporting, allData, fanOut, type FanOutResult } from './fan-out.ts';
import { encodeCursor, type SourcedPage } from './page.ts';
import type { QueryContext } from './query-context.ts';
import { assertIntInRange } from './validate-args.ts';

export interface LatestInteractionsArgs {
  readonly size: number;
  readonly type?: InteractionType | null;
  readonly activeLiveFirst?: boolean | null;
  readonly accounts?: readonly string[] | null;
}

/** The largest number of interactions to request from a vendor at once. */
const MAX_INTERACTIONS = 100;

/** The query for everything that an account can return. */
export const ALL_LATEST_INTERACTIONS: InteractionQuery = { size: MAX_INTERACTIONS, type: null, activeLiveFirst: null };

/** Throws InvalidInputError. */
export function toInteractionQuery({
  size,
  type = null,
  activeLiveFirst = null,
}: LatestInteractionsArgs): InteractionQuery {
  return { size: assertIntInRange('size', size, 1, MAX_INTERACTIONS), type, activeLiveFirst };
}

export function latestInteractions(
  context: QueryContext,
  agent: Agent,
  args: LatestInteractionsArgs,
): MaybePromise<SourcedPage<Interaction> | null> {
  return rejectThrown(() => {
    const query = toInteractionQuery(args);
    const agentAccounts = accountsSupporting(context, agent, 'latestInteractions', args.accounts);
    if (agentAccounts.length === 0) return null;
    const read = fanOut(context, agentAccounts, (dataSource, ref) => dataSource.latestInteractions?.(ref, query));
    return mapValue(read, (result) => toInteractionPage(context, result));
  });
}

function toInteractionPage(
  context: QueryContext,
  { results, sources }: FanOutResult<readonly Interaction[]>,
): SourcedPage<Interaction> {
  sources.forEach(context.recordLiveAge);
  const nodes = allData(results);
  const cursors = (): readonly string[] => nodes.map((_, index) => encodeCursor([index.toString(36)]));
  return { nodes, cursors, hasNextPage: false, hasPreviousPage: false, totalCount: nodes.length, sources };
}
