import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { findFreePort } from '../../test/support/free-port.ts';
import { sendQuery, setUpGatewayProcesses, terminate } from '../../test/support/gateway-process.ts';

const gateways = setUpGatewayProcesses();
const silentVendor = createServer();
const sockets = new Set<Socket>();
let isSilent = true;
silentVendor.on('connection', (socket) => {
  sockets.add(socket.on('error', () => undefined));
  if (!isSilent) socket.destroy();
});
afterEach(() => {
  silentVendor.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});

/** Starts a gateway whose Kore accepts connections and never answers. */
async function startWithSilentVendor(discoverTimeoutMs: number) {
  isSilent = true;
  await new Promise<void>((resolve) => silentVendor.listen(0, '127.0.0.1', resolve));
  const vendorPort = (silentVendor.address() as AddressInfo).port;
  const file = join(gateways.folder(), 'kore.yaml');
  await writeFile(
    file,
    `accounts: [{ name: kore, vendor: kore, baseUrl: "http://127.0.0.1:${vendorPort}", accountId: a, streamId: st-1,
      clientId: cs-1, clientSecret: secret, timeoutMs: 60000, maxRetries: 0, discoverTimeoutMs: ${discoverTimeoutMs} }]
agents: [{ id: jane, kind: human, name: Jane, email: jane@example.com, accounts: { kore: jane@example.com } }]
`,
  );
  const port = await findFreePort();
  const child = gateways.run({ env: { SWITCHBOARD_CONFIG: file, PORT: String(port) } });
  return { child, url: `http://127.0.0.1:${port}` };
}

/** Asks until the gateway listens and the condition holds. */
async function readyzUntil(url: string, condition: (status: number) => boolean) {
  for (;;) {
    const response = await fetch(`${url}/readyz`).catch(() => null);
    if (response && condition(response.status)) return { status: response.status, body: await response.json() };
  }
}

test('is not ready before an account that discovers agents has been asked, even though that fails', async () => {
  const { child, url } = await startWithSilentVendor(600_000);
  expect(await readyzUntil(url, () => true)).toEqual({
    status: 503,
    body: { status: 'starting', reason: 'The gateway is starting' },
  });
  await readyzUntil(url, () => sockets.size > 0);
  expect((await readyzUntil(url, () => true)).status).toBe(503);
  isSilent = false;
  for (const socket of sockets) socket.destroy();
  await readyzUntil(url, (status) => status === 200);

  const { data } = await sendQuery(url, '{ agents { totalCount complete sources { outcome error { code } } } }');
  expect(data).toEqual({
    agents: {
      totalCount: 1,
      complete: false,
      sources: [{ outcome: 'FAILED', error: { code: 'VENDOR_UNAVAILABLE' } }],
    },
  });
  expect(await terminate(child)).toBe(0);
});

test('is ready once the discovery has timed out, and ends without waiting for it', async () => {
  const { child, url } = await startWithSilentVendor(200);
  await readyzUntil(url, (status) => status === 200);
  // On a busy machine, the connection may arrive later. The discovery goes on.
  while (sockets.size === 0) await setImmediate();
  expect(await terminate(child)).toBe(0);
});
