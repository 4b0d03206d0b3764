// gql.tada generate-output && node gql-tada/main.ts http://127.0.0.1:4000/graphql
import type { ResultOf } from 'gql.tada';
import { createUrqlClient } from '../urql/client.ts';
import { AgentsDocument } from './documents.ts';

type Edge = ResultOf<typeof AgentsDocument>['agents']['edges'][number];

const client = createUrqlClient(process.argv[2] ?? 'http://127.0.0.1:4000/graphql', process.env.SWITCHBOARD_KEY);
const { data } = await client.query(AgentsDocument, { filter: { kind: 'HUMAN' } });
console.log(
  JSON.stringify({ totalCount: data?.agents.totalCount, available: data?.agents.edges.filter(isAvailable).length }),
);

function isAvailable({ node }: Edge): boolean {
  return node.presence?.status?.status === 'AVAILABLE';
}
