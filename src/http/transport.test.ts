import { createServer as createHttpServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { type ConnectProxy, startConnectProxy } from '../../test/support/connect-proxy.ts';
import { createHttpHarness, createRequest } from '../../test/support/http-harness.ts';
import { selfSignedCertificate } from '../../test/support/self-signed-certificate.ts';
import { noEnvironmentProxy } from '../config/proxy.ts';
import { Secret } from '../config/secret.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { type ConnectionSettings, createTransport, type Transport } from './transport.ts';

const certificates = getCACertificates('default');
beforeAll(() => {
  setDefaultCACertificates([...certificates, selfSignedCertificate.cert]);
});
afterAll(() => {
  setDefaultCACertificates(certificates);
});

let vendor: Server;
let proxy: ConnectProxy;
let connections: number;
let transports: Transport[];
beforeEach(async () => {
  connections = 0;
  transports = [];
  vendor = createServer(selfSignedCertificate, (_, response) => response.end('{}'));
  vendor.on('connection', () => (connections += 1));
  await listen(vendor);
  proxy = await startConnectProxy();
});
afterEach(async () => {
  await Promise.all(transports.map((transport) => transport.close()));
  vendor.close();
  await proxy.close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return portOf(server);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function proxyUrl(userInfo = ''): Secret {
  return new Secret(`http://${userInfo}127.0.0.1:${proxy.port}`);
}

const settings: ConnectionSettings = { connectTimeoutMs: 60_000 };

/** Calls the URL as an account with these settings would; returns the status, or the error's code and reason. */
async function call(
  url: string,
  { environment = noEnvironmentProxy, maxRetries = 0, ...overrides }: Partial<CallOptions> = {},
): Promise<unknown> {
  const transport = createTransport(environment);
  transports.push(transport);
  const dispatcher = transport.dispatcherFor({ ...settings, ...overrides });
  const { http, context } = createHttpHarness({ dispatcher, maxRetries, random: () => 0, timeoutMs: 60_000 });
  try {
    return (await http.send(createRequest(url), context())).status;
  } catch (error) {
    const { code, reason } = error as VendorError;
    return `${code} ${String(reason)}`;
  }
}

interface CallOptions extends ConnectionSettings {
  readonly environment: typeof noEnvironmentProxy;
  readonly maxRetries: number;
}

function vendorUrl(): string {
  return `https://kore.vendor.test:${portOf(vendor)}/`;
}

test('calls a vendor directly without a proxy', async () => {
  expect(await call(`https://127.0.0.1:${portOf(vendor)}/`)).toBe(200);
  expect([connections, proxy.tunnels.length]).toEqual([1, 0]);
});

test('calls a vendor through the account’s proxy, with the user name and password of its URL', async () => {
  expect(await call(vendorUrl(), { proxyUrl: proxyUrl('user:p%40ss@') })).toBe(200);
  expect(proxy.tunnels.map(({ target, headers }) => [target, headers['proxy-authorization']])).toEqual([
    [`kore.vendor.test:${portOf(vendor)}`, `Basic ${btoa('user:p@ss')}`],
  ]);
  expect([connections, proxy.otherRequests()]).toEqual([1, 0]);
});

test('tunnels http through the account’s proxy, too', async () => {
  const server = createHttpServer((_, response) => response.writeHead(204).end());
  expect(await call(`http://127.0.0.1:${await listen(server)}/`, { proxyUrl: proxyUrl() })).toBe(204);
  expect([proxy.tunnels.length, proxy.otherRequests()]).toEqual([1, 0]);
  server.close();
});

test('prefers the account’s proxy to the environment’s, whatever NO_PROXY says', async () => {
  const environment = { url: new Secret('http://127.0.0.1:1'), noProxy: '*' };
  expect(await call(vendorUrl(), { proxyUrl: proxyUrl(), environment })).toBe(200);
  expect(proxy.tunnels.length).toBe(1);
});

test('calls https vendors through the environment’s proxy', async () => {
  expect(await call(vendorUrl(), { environment: { url: proxyUrl('user:pass@'), noProxy: 'example.com' } })).toBe(200);
  expect(proxy.tunnels.map(({ headers }) => headers['proxy-authorization'])).toEqual([`Basic ${btoa('user:pass')}`]);
});

test.each(['127.0.0.1', '*', 'example.com, 127.0.0.1'])('calls the hosts of NO_PROXY=%s directly', async (noProxy) => {
  expect(await call(`https://127.0.0.1:${portOf(vendor)}/`, { environment: { url: proxyUrl(), noProxy } })).toBe(200);
  expect([connections, proxy.tunnels.length]).toEqual([1, 0]);
});

test('never sends http through the environment’s proxy', async () => {
  const server = createHttpServer((_, response) => response.writeHead(204).end());
  const environment = { url: proxyUrl(), noProxy: '' };
  expect(await call(`http://127.0.0.1:${await listen(server)}/`, { environment })).toBe(204);
  expect([proxy.tunnels.length, proxy.otherRequests()]).toEqual([0, 0]);
  server.close();
});

test.each([
  [407, 'proxy_auth', 1],
  [403, 'proxy_refused', 1],
  [502, 'proxy_upstream', 3],
])('reports that the proxy refuses the tunnel with %d as %s', async (status, reason, tunnels) => {
  proxy.refuse(status);
  expect(await call(vendorUrl(), { proxyUrl: proxyUrl('user:CANARY@'), maxRetries: 2 })).toBe(
    `VENDOR_UNAVAILABLE ${reason}`,
  );
  expect([proxy.tunnels.length, connections]).toEqual([tunnels, 0]);
});

test('reports that the proxy does not listen, after retries', async () => {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const down = new Secret(`http://user:CANARY@127.0.0.1:${port}`);
  expect(await call(vendorUrl(), { proxyUrl: down, maxRetries: 1 })).toBe('VENDOR_UNAVAILABLE proxy');
});

test('reports that the proxy’s host is unknown', async () => {
  expect(await call(vendorUrl(), { proxyUrl: new Secret('http://proxy.invalid:3128') })).toBe(
    'VENDOR_UNAVAILABLE proxy',
  );
});

test('reports an untrusted certificate behind a proxy as the vendor’s', async () => {
  setDefaultCACertificates(certificates);
  try {
    expect(await call(vendorUrl(), { proxyUrl: proxyUrl() })).toBe('VENDOR_UNAVAILABLE tls');
  } finally {
    setDefaultCACertificates([...certificates, selfSignedCertificate.cert]);
  }
});

test.each(['direct', 'through a proxy'])('speaks HTTP/1.1 with a vendor that prefers HTTP/2: %s', async (route) => {
  const versions: string[] = [];
  const server = createSecureServer({ ...selfSignedCertificate, allowHTTP1: true }, (request, response) => {
    versions.push(request.httpVersion);
    response.end('{}');
  });
  const url = `https://127.0.0.1:${await listen(server)}/`;
  expect(await call(url, route === 'direct' ? {} : { proxyUrl: proxyUrl() })).toBe(200);
  expect([versions, proxy.tunnels.length]).toEqual([['1.1'], route === 'direct' ? 0 : 1]);
  server.close();
});

test('leaves a connection that has gone silent after one timeout, also with a vendor that prefers HTTP/2', async () => {
  const ports: unknown[] = [];
  const server = createSecureServer({ ...selfSignedCertificate, allowHTTP1: true }, ({ socket }, response) => {
    ports.push(socket.remotePort);
    // A firewall forgets the first connection after its first answer.
    const isSilent = ports.length > 1 && ports[0] === socket.remotePort;
    if (!isSilent) response.end('{}');
  });
  const transport = createTransport(noEnvironmentProxy);
  transports.push(transport);
  const dispatcher = transport.dispatcherFor(settings);
  const clock = manualClock();
  const { http, context } = createHttpHarness({ dispatcher, clock, timeoutMs: 50 });
  const request = createRequest(`https://127.0.0.1:${await listen(server)}/`);
  expect((await http.send(request, context())).status).toBe(200);
  if (!(dispatcher instanceof Agent)) throw new Error('not an agent');
  await waitUntil(() =>
    Object.values(dispatcher.stats).every((stats) => 'free' in stats && stats.free === stats.connected),
  );
  const silent = rejectionOf(http.send(request, context()));
  await waitUntil(() => ports.length === 2);
  clock.advance(50);
  expect(await silent).toMatchObject({ code: 'VENDOR_TIMEOUT' });
  expect((await http.send(request, context())).status).toBe(200);
  expect(new Set(ports).size).toBe(2);
  server.close();
});

test('times out while connecting, long before the attempt, by the account’s setting', async () => {
  // The server accepts the connection and sends nothing, so the TLS handshake never starts.
  const server = createTcpServer();
  const port = await listen(server);
  expect(await call(`https://127.0.0.1:${port}/`, { connectTimeoutMs: 1 })).toBe('VENDOR_TIMEOUT timeout_connect');
  server.close();
});

test('times out by the same setting while the proxy does not answer', async () => {
  proxy.refuse(null);
  expect(await call(vendorUrl(), { connectTimeoutMs: 1, proxyUrl: proxyUrl() })).toBe('VENDOR_TIMEOUT timeout_connect');
  expect(connections).toBe(0);
});

test('shares connections between accounts of equal settings', () => {
  const transport = createTransport(noEnvironmentProxy);
  transports.push(transport);
  const direct = transport.dispatcherFor(settings);
  expect(transport.dispatcherFor({ ...settings })).toBe(direct);
  expect(transport.dispatcherFor({ ...settings, connectTimeoutMs: 5 })).not.toBe(direct);
  expect(transport.dispatcherFor({ ...settings, proxyUrl: proxyUrl() })).not.toBe(direct);
});
