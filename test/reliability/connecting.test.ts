import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { lastHours, startWorld, type World } from '../support/world.ts';

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

/** Starts a server in a vendor's place; resolves to its port and its number of connections. */
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

/** Returns the errors of a query whose vendor listens at this port with https. */
async function queryErrorsFor(port: number, settings: object = {}) {
  const gateway = await world.startGateway((raw) => ({
    ...raw,
    accounts: raw.accounts
      .filter(({ vendor }) => vendor === 'avaamo')
      .map((account) => ({ ...account, baseUrl: `https://127.0.0.1:${port}`, ...settings })),
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

test('sends nothing to a vendor with an untrusted certificate, and does not retry', async () => {
  let requests = 0;
  const server = createHttpsServer(selfSignedCertificate, (_, response) => {
    requests += 1;
    response.end('{}');
  });
  const { port, connections } = await listenLocally(server);
  expect(await queryErrorsFor(port)).toEqual([expect.objectContaining({ code: 'VENDOR_UNAVAILABLE', reason: 'tls' })]);
  expect([requests, connections()]).toEqual([0, 1]);
});

test('times out while connecting, before the attempt’s timeout, and does not retry', async () => {
  // The server accepts the connection and sends nothing, so the TLS handshake never starts.
  const { port, connections } = await listenLocally(createServer());
  expect(await queryErrorsFor(port, { connectTimeoutMs: 500 })).toEqual([
    expect.objectContaining({ code: 'VENDOR_TIMEOUT', reason: 'timeout_connect' }),
  ]);
  expect(connections()).toBe(1);
});
