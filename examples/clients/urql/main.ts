// node urql/main.ts http://127.0.0.1:4000/graphql
import { AgentsDocument, StatusesDocument } from '../gql-tada/documents.ts';
import { createUrqlClient } from './client.ts';

// Graphcache warns of types without a key.
const warnings: string[] = [];
console.warn = (text: string) => warnings.push(text);

const client = createUrqlClient(process.argv[2] ?? 'http://127.0.0.1:4000/graphql', process.env.SWITCHBOARD_KEY);
let list = await client.query(AgentsDocument, {});
while (list.data?.agents.pageInfo.hasNextPage)
  list = await client.query(AgentsDocument, { after: list.data.agents.pageInfo.endCursor });

// The last answer has the pages before it as well.
const ids = list.data?.agents.edges.map(({ node }) => node.id);
const live = await new Promise<number | undefined>((resolve) => {
  const { unsubscribe } = client.subscription(StatusesDocument, {}).subscribe(({ data }) => {
    unsubscribe();
    resolve(data?.agents.nodes.length);
  });
});
console.log(
  JSON.stringify({
    error: list.error?.message ?? null,
    totalCount: list.data?.agents.totalCount,
    listed: ids?.length,
    agents: new Set(ids).size,
    live,
    warnings,
  }),
);
