// graphql-codegen --config codegen.yml && node main.ts http://127.0.0.1:4000/graphql
import { createClient } from 'switchboard-client';
import { AvailableDocument, type AvailableQuery } from './generated/graphql.ts';

const client = createClient({
  url: process.argv[2] ?? 'http://127.0.0.1:4000/graphql',
  ...(process.env.SWITCHBOARD_KEY !== undefined && { token: process.env.SWITCHBOARD_KEY }),
});

const people = await readAll();
const available = people.filter(({ presence }) => presence?.status?.status === 'AVAILABLE');
console.log(JSON.stringify({ listed: people.length, available: available.length }));

async function readAll(after?: string | null): Promise<AvailableQuery['agents']['nodes']> {
  const { data } = await client.query(AvailableDocument, { after });
  const { nodes, pageInfo } = data.agents;
  return pageInfo.hasNextPage ? [...nodes, ...(await readAll(pageInfo.endCursor))] : nodes;
}
