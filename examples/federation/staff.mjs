// node staff.mjs AGENTS.json serves a subgraph that knows the payroll numbers of agents: an object of numbers by the directory's ids.
// It extends the gateway's Agent, and names its agents by that id alone. PORT: 4101 if absent.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/http';

const numbers = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { staff: [Agent!]! }
  type Agent @key(fields: "key") { key: String payrollNumber: Int }
`);
const resolvers = {
  Query: { staff: () => Object.keys(numbers).map((key) => ({ key })) },
  Agent: {
    __resolveReference: ({ key }) => ({ key }),
    payrollNumber: ({ key }) => numbers[key] ?? null,
  },
};
const schema = buildSubgraphSchema([{ typeDefs, resolvers }]);
const server = createServer(createHandler({ schema }));
server.listen(Number(process.env.PORT ?? 4101), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/graphql\n`);
});
