import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { createHttpHarness, createRequest, type HttpHarness } from '../../test/support/http-harness.ts';
import { noEnvironmentProxy } from '../config/proxy.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createTransport, type Transport } from './transport.ts';

/** As many connections as the account may have. */
const CONNECTIONS = 8;

let vendor: Server;
let transport: Transport;
let dispatcher: Agent;
let harness: HttpHarness;
let retries: string[];
/** The requests that the vendor received, by method, with those that it dropped in lower case. */
let received: string[];
let waiting: ServerResponse[];
/** Closes a connection instead of an answer: those on which it has answered before, or every one. */
let isDropped: (socket: Socket) => boolean;

beforeEach(async () => {
  [received, retries, waiting] = [[], [], []];
  isDropped = () => false;
  vendor = createServer((request, response) => {
    const { method = '', socket } = request;
    if (isDropped(socket)) {
      received.push(method.toLowerCase());
      // What a server does whose idle timeout elapses while the request is under way.
      socket.resetAndDestroy();
      return;
    }
    received.push(method);
    waiting.push(response);
    if (waiting.length === CONNECTIONS) for (const each of waiting) each.end('{}');
    else if (waiting.length > CONNECTIONS) response.end('{}');
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  transport = createTransport(noEnvironmentProxy);
  const created = transport.dispatcherFor({ connectTimeoutMs: 60_000 });
  if (!(created instanceof Agent)) throw new Error('not an agent');
  dispatcher = created;
  harness = createHttpHarness({
    dispatcher,
    isStaleConnection: transport.isStaleConnection,
    concurrency: CONNECTIONS,
    circuitBreaker: true,
    metrics: { ...createMetrics(), vendorRetry: (_account, reason) => retries.push(reason) },
  });
});

afterEach(async () => {
  await transport.close();
  vendor.closeAllConnections();
  await new Promise((resolve) => vendor.close(resolve));
});

function send(method: 'GET' | 'POST' = 'GET') {
  const { port } = vendor.address() as AddressInfo;
  return harness.http.send(createRequest(`http://127.0.0.1:${port}/`, { method }), harness.context());
}

/** Makes as many calls at once as the account may, each on a connection of its own, and returns the connections once they are idle. */
async function openConnections(): Promise<ReadonlySet<Socket>> {
  await Promise.all(Array.from({ length: CONNECTIONS }, () => send()));
  await waitUntil(() =>
    Object.values(dispatcher.stats).every((stats) => 'free' in stats && stats.free === stats.connected),
  );
  return new Set(waiting.map(({ req }) => req.socket));
}

test('sends GETs again at once where the vendor has closed all kept connections, without the retry budget', async () => {
  const kept = await openConnections();
  isDropped = (socket) => kept.has(socket);
  received.splice(0);
  const responses = await Promise.all(Array.from({ length: CONNECTIONS }, () => send()));
  expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: CONNECTIONS }, () => 200));
  expect(received.filter((method) => method === 'GET')).toHaveLength(CONNECTIONS);
  expect(received.filter((method) => method === 'get')).toHaveLength(CONNECTIONS);
  expect(retries).toEqual(Array.from({ length: CONNECTIONS }, () => 'stale_connection'));
});

test('leaves the circuit closed, however many kept connections the vendor has closed', async () => {
  for (let i = 0; i < 3; i += 1) {
    const kept = await openConnections();
    isDropped = (socket) => kept.has(socket);
    expect((await send()).status).toBe(200);
  }
});

test('records the attempt on the kept connection and the one after it', async () => {
  const kept = await openConnections();
  isDropped = (socket) => kept.has(socket);
  await send();
  expect(harness.records.slice(CONNECTIONS)).toMatchObject([
    { outcome: 'VENDOR_UNAVAILABLE', reason: 'stale_connection' },
    { outcome: 'OK' },
  ]);
});

test('sends no POST twice', async () => {
  const kept = await openConnections();
  isDropped = (socket) => kept.has(socket);
  received.splice(0);
  expect(await rejectionOf(send('POST'))).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'stale_connection' });
  expect(received).toEqual(['post']);
});

test('reports a reset of a new connection as such, without another attempt', async () => {
  isDropped = () => true;
  expect(await rejectionOf(send())).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'reset' });
  expect(received).toEqual(['get']);
});

test('makes no third attempt where the vendor closes the new connection, too', async () => {
  await openConnections();
  isDropped = () => true;
  received.splice(0);
  expect(await rejectionOf(send())).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'reset' });
  expect(received).toEqual(['get', 'get']);
});
