/**
 * @needs nginx
 * @needs haproxy
 */
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findFreePort } from '../support/free-port.ts';
import { sendQuery, setUpGatewayProcesses } from '../support/gateway-process.ts';
import { type ReverseProxy, startReverseProxy } from '../support/reverse-proxy.ts';

/** `fail_timeout` of nginx.conf. */
const FAIL_TIMEOUT_MS = 2000;

const gateways = setUpGatewayProcesses();

/** A vendor that accepts connections, and says nothing on those of the gateway that starts. */
let isSilent: boolean;
let sockets: Set<Socket>;
let vendor: ReturnType<typeof createServer>;
let proxy: ReverseProxy | undefined;
beforeEach(async () => {
  isSilent = false;
  sockets = new Set();
  vendor = createServer((socket) => {
    socket.on('error', () => undefined);
    if (isSilent) sockets.add(socket);
    else socket.destroy();
  });
  await new Promise<void>((resolve) => {
    vendor.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(async () => {
  vendor.close();
  for (const socket of sockets) socket.destroy();
  await proxy?.stop();
});

async function writeConfig(server: string): Promise<string> {
  const file = join(gateways.folder(), 'fleet.yaml');
  const { port } = vendor.address() as AddressInfo;
  await writeFile(
    file,
    `server: { ${server} }
accounts: [{ name: kore, vendor: kore, baseUrl: "http://127.0.0.1:${port}", accountId: a, streamId: st-1, clientId: cs-1,
  clientSecret: secret, timeoutMs: 60000, maxRetries: 0, discoverTimeoutMs: 600000 }]
agents: [{ id: jane, kind: human, name: Jane, email: jane@example.com, accounts: { kore: jane@example.com } }]
`,
  );
  return file;
}

async function pollUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await fetch(`${proxy?.url}/healthz`).catch(() => null);
}

test.each([
  // HAProxy asks /readyz.
  { name: 'haproxy', server: 'port: 4000' },
  // nginx learns only from a refused connection that a gateway is not there yet.
  { name: 'nginx', server: 'listenWhenReady: true' },
] as const)(
  'behind $name, no query waits for a gateway that starts',
  async ({ name, server }) => {
    const [port, startingPort] = [await findFreePort(), await findFreePort()];
    const file = await writeConfig(server);
    await gateways.start({ env: { SWITCHBOARD_CONFIG: file, PORT: String(port) } });
    proxy = await startReverseProxy(name, [port, startingPort]);
    isSilent = true;
    gateways.run({ env: { SWITCHBOARD_CONFIG: file, PORT: String(startingPort) } });
    await pollUntil(() => sockets.size > 0);
    // Longer than nginx leaves out a server that has refused a connection.
    for (const end = Date.now() + 1.5 * FAIL_TIMEOUT_MS; Date.now() < end;) {
      const { data } = await sendQuery(proxy.url, '{ agents { sources { error { code } } } }');
      // The gateway that is ready: the other one waits, and then says VENDOR_TIMEOUT.
      expect(data).toEqual({ agents: { sources: [{ error: { code: 'VENDOR_UNAVAILABLE' } }] } });
    }

    isSilent = false;
    for (const socket of sockets) socket.destroy();
    await pollUntil(async () => {
      const response = await fetch(`http://127.0.0.1:${startingPort}/readyz`).catch(() => null);
      return response?.status === 200;
    });
  },
  60_000,
);
