// node apollo/main.ts http://127.0.0.1:4000/graphql
import { firstValueFrom } from 'rxjs';
import { AgentsDocument, StatusesDocument } from '../gql-tada/documents.ts';
import { createApolloClient } from './client.ts';

const client = createApolloClient(process.argv[2] ?? 'http://127.0.0.1:4000/graphql', process.env.SWITCHBOARD_KEY);
const agents = client.watchQuery({ query: AgentsDocument });
const subscription = agents.subscribe(() => undefined);
const { data, error } = await client.query({ query: AgentsDocument });
let pageInfo = data?.agents.pageInfo;
while (pageInfo?.hasNextPage) {
  const page = await agents.fetchMore({ variables: { after: pageInfo.endCursor } });
  pageInfo = page.data?.agents.pageInfo;
}
// The cache has the pages as one list, and one entry for each agent and account, however often they are named.
const list = client.readQuery({ query: AgentsDocument })?.agents;
const entries = Object.keys(client.cache.extract() as object);
const live = await firstValueFrom(client.subscribe({ query: StatusesDocument }));
console.log(
  JSON.stringify({
    error: error?.message ?? null,
    totalCount: list?.totalCount,
    listed: list?.edges.length,
    agents: entries.filter((key) => key.startsWith('Agent:')).length,
    live: live.data?.agents.nodes.length,
    accounts: entries.filter((key) => key.startsWith('Account:')).toSorted(),
  }),
);
subscription.unsubscribe();
client.stop();
