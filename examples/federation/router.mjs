// node router.mjs SUPERGRAPH.graphql serves the supergraph with Hive Gateway. PORT: 4100 if absent.
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';

const [supergraph] = process.argv.slice(2);
const gateway = createGatewayRuntime({
  supergraph,
  logging: 'warn',
  // The caller's own key or token, so that Switchboard knows who asks.
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => {
      const authorization = request.headers.get('authorization');
      return authorization === null ? {} : { authorization };
    },
  },
});
const server = createServer(gateway);
server.listen(Number(process.env.PORT ?? 4100), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/graphql\n`);
});
// The runtime listens to both, to release what it holds, so that they do not end the process by themselves.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    server.closeIdleConnections();
  });
}
