import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type World, lastHours, startWorld } from '../support/world.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const open: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});

/** Has it listen in a vendor's place; resolves to its port and to how many connections it has got. */
async function listenLocally(server: Server) {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => undefined));
  });
  open.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

/** What a gateway says of the account of bots when it is at that port, by https. */
async function queryErrorsFor(port: number) {
  const gateway = await world.startGateway((raw) => ({
    ...raw,
    accounts: raw.accounts
      .filter(({ vendor }) => vendor === 'avaamo')
      .map((account) => ({ ...account, baseUrl: `https://127.0.0.1:${port}` })),
    agents: raw.agents.flatMap(({ accounts, ...agent }) =>
      accounts.bots === undefined ? [] : [{ ...agent, accounts: { bots: accounts.bots } }],
    ),
  }));
  const day = lastHours(0).to.slice(0, 10);
  const { errors = [] } = await gateway.query(
    'query ($days: DateRange!) { agents(first: 1) { nodes { usageStats(during: $days) { current { sessionCount } } } } }',
    { days: { from: day, to: day } },
  );
  return errors.map(({ extensions }) => extensions);
}

test('a vendor whose certificate nobody vouches for is sent nothing, and not tried again', async () => {
  let requests = 0;
  const server = createHttpsServer(selfSignedCertificate, (_, response) => {
    requests += 1;
    response.end('{}');
  });
  const { port, connections } = await listenLocally(server);
  expect(await queryErrorsFor(port)).toEqual([expect.objectContaining({ code: 'VENDOR_UNAVAILABLE', reason: 'tls' })]);
  expect([requests, connections()]).toEqual([0, 1]);
});

test('a connection that does not come about is given up long before the attempt is, and not tried again', async () => {
  // It takes the connection and then says nothing, so that TLS never begins.
  const { port, connections } = await listenLocally(createServer());
  expect(await queryErrorsFor(port)).toEqual([
    expect.objectContaining({ code: 'VENDOR_TIMEOUT', reason: 'timeout_connect' }),
  ]);
  expect(connections()).toBe(1);
});
