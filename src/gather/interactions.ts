import type { Agent } from '../domain/agent.ts';
import type { Interaction, InteractionQuery, InteractionType } from '../domain/interaction.ts';
import { ask, seatsFor } from './ask.ts';
import type { Desk } from './desk.ts';
import { checkCount } from './input.ts';
import { type SourcedPage, encodeCursor } from './page.ts';

export interface LatestInteractionsArgs {
  readonly size: number;
  readonly type?: InteractionType | null;
  readonly activeLiveFirst?: boolean | null;
  readonly accounts?: readonly string[] | null;
}

/** As many as any vendor is asked for at once. */
const MOST = 100;

/** Everything that an account may be asked for. */
export const ALL_LATEST: InteractionQuery = { size: MOST, type: null, activeLiveFirst: null };

/** Throws InvalidInput. */
export function interactionQueryOf({
  size,
  type = null,
  activeLiveFirst = null,
}: LatestInteractionsArgs): InteractionQuery {
  return { size: checkCount('size', size, 1, MOST), type, activeLiveFirst };
}

export async function latestInteractions(
  desk: Desk,
  agent: Agent,
  args: LatestInteractionsArgs,
): Promise<SourcedPage<Interaction> | null> {
  const query = interactionQueryOf(args);
  const seats = seatsFor(desk, agent, 'latestInteractions', args.accounts);
  if (seats.length === 0) return null;
  const { told, sources } = await ask(desk, seats, (source, ref) => source.latestInteractions?.(ref, query));
  const nodes = told.flatMap(({ data }) => data);
  const cursors = nodes.map((_, index) => encodeCursor([index.toString(36)]));
  return { nodes, cursors, hasNextPage: false, hasPreviousPage: false, totalCount: nodes.length, sources };
}
