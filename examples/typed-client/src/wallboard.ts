import { execute, type GraphqlError, type QueryResult } from './execute.ts';
import { WallboardDocument, type WallboardQuery } from './generated/graphql.ts';

export interface Wallboard {
  readonly agents: WallboardQuery['agents']['nodes'];
  /** Why statuses are missing. */
  readonly errors: readonly GraphqlError[];
}

/** Fetches all people with their current status, page by page, from the gateway at `url` (…/graphql). */
export async function fetchWallboard(url: string, apiKey?: string): Promise<Wallboard> {
  const agents: Wallboard['agents'][number][] = [];
  const errors: GraphqlError[] = [];
  let after: string | null = null;
  do {
    const result: QueryResult<WallboardQuery> = await execute(url, WallboardDocument, { after }, apiKey);
    const { nodes, pageInfo } = result.data.agents;
    agents.push(...nodes);
    errors.push(...result.errors);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return { agents, errors };
}

if (import.meta.main) {
  const url = process.argv[2] ?? 'http://127.0.0.1:4000/graphql';
  const { agents, errors } = await fetchWallboard(url, process.env.SWITCHBOARD_KEY);
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
