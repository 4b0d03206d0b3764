import { execute, type Answer, type GraphqlError } from './execute.ts';
import { WallboardDocument, type WallboardQuery } from './generated/graphql.ts';

export interface Wallboard {
  readonly agents: WallboardQuery['agents']['nodes'];
  /** Why some statuses are missing, if any are. */
  readonly errors: readonly GraphqlError[];
}

/** All people with their status of the moment, from the gateway at `url` (…/graphql), page by page. */
export async function wallboard(url: string, key?: string): Promise<Wallboard> {
  const agents: Wallboard['agents'][number][] = [];
  const errors: GraphqlError[] = [];
  let after: string | null = null;
  do {
    const answer: Answer<WallboardQuery> = await execute(url, WallboardDocument, { after }, key);
    const { nodes, pageInfo } = answer.data.agents;
    agents.push(...nodes);
    errors.push(...answer.errors);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return { agents, errors };
}

if (import.meta.main) {
  const url = process.argv[2] ?? 'http://127.0.0.1:4000/graphql';
  const { agents, errors } = await wallboard(url, process.env.SWITCHBOARD_KEY);
  const available = agents.filter(({ currentStatus }) => currentStatus?.status === 'AVAILABLE');
  const lines = [
    `${available.length} of ${agents.length} people are available:`,
    ...available.map(
      (agent) => `  ${agent.name ?? agent.email ?? agent.id}, since ${agent.currentStatus?.start ?? '?'}`,
    ),
    ...errors.map((error) => `Missing: ${error.message}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
