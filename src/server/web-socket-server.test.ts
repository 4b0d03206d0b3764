import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { startLiveServer, SUBSCRIPTION } from '../../test/support/live-harness.ts';
import { anonymousCaller } from '../request/caller.ts';
import { createWebSockets, type WebSocketOptions } from './web-socket-server.ts';

type LiveTestServer = Awaited<ReturnType<typeof startLiveServer>>;

function connect(
  { url }: LiveTestServer,
  connectionParams: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
) {
  const closes: number[] = [];
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols, { headers });
      }
    },
    retryAttempts: 0,
    connectionParams,
    on: { closed: (event) => closes.push((event as { code: number }).code) },
  });
  return { client, closes };
}

describe('WebSocket connections', () => {
  test('authenticate with the parameters of their first message, with or without a scheme', async () => {
    const seen: (string | undefined)[] = [];
    const server = await startLiveServer({
      authenticate: (authorization) => {
        seen.push(authorization);
        return authorization === 'Bearer good' ? anonymousCaller : { failure: 'unknown_key' };
      },
    });
    for (const authorization of ['good', 'Bearer good']) {
      const { client } = connect(server, { authorization });
      expect((await client.iterate({ query: '{ a }' }).next()).value).toEqual({ data: 1 });
      await client.dispose();
    }
    const refused = connect(server, { authorization: 'bad' });
    await expect(refused.client.iterate({ query: '{ a }' }).next()).rejects.toMatchObject({ code: 4403 });
    expect(seen).toEqual(['Bearer good', 'Bearer good', 'Bearer bad']);
    await server.stop();
  });

  test('are closed with 4401 once the token has expired', async () => {
    const expiresAt = Date.parse('2026-11-20T09:30:20Z');
    const server = await startLiveServer({ authenticate: () => ({ ...anonymousCaller, name: 'jane', expiresAt }) });
    const { client } = connect(server);
    const results = client.iterate(SUBSCRIPTION);
    await results.next();
    const ended = expect(results.next()).rejects.toMatchObject({ code: 4401 });
    await server.pass(20_000);
    await ended;
    await server.stop();
  });

  test('are limited in number, and logged when they end', async () => {
    const server = await startLiveServer({ live: { maxSubscriptions: 1 } });
    const url = `${server.url.replace('http', 'ws')}/graphql`;
    const first = await openRaw(server);
    first.send('{"type":"connection_init"}');
    await once(first, 'message');
    const [error] = (await once(new WebSocket(url, 'graphql-transport-ws'), 'error')) as [Error];
    expect(error.message).toContain('503');
    first.close();
    expect(await server.accessLog(2)).toMatchObject([
      { path: '/graphql', status: 503, rejection: 'web_sockets' },
      { path: '/graphql', status: 101, stream: 'websocket', caller: 'anonymous' },
    ]);
    const metrics = await server.metrics.text();
    expect(metrics).toContain('limit_rejections_total{limit="web_sockets"} 1');
    expect(metrics).toContain('http_requests_total{method="GET",path="/graphql",status="503"} 1');
    expect(metrics).toContain('http_requests_in_flight 0');
    await server.stop();
  });

  test('are refused, and counted, where their caller has too many', async () => {
    const server = await startLiveServer({ live: { maxSubscriptionsPerCaller: 1 } });
    const { client } = connect(server);
    await client.iterate(SUBSCRIPTION).next();
    const second = connect(server);
    await expect(second.client.iterate({ query: '{ a }' }).next()).rejects.toMatchObject({ code: 1013 });
    expect(await server.metrics.text()).toContain('limit_rejections_total{limit="web_sockets"} 1');
    await client.dispose();
    await server.stop();
  });

  test('count each client address by itself without authentication, and so do their subscriptions', async () => {
    const server = await startLiveServer({ live: { maxSubscriptionsPerCaller: 1 }, trustProxy: 1 });
    const from = (address: string) => connect(server, {}, { 'x-forwarded-for': address }).client;
    const clients = [from('192.0.2.1'), from('192.0.2.2')];
    for (const client of clients) expect((await client.iterate(SUBSCRIPTION).next()).value).toEqual({ data: 1 });
    const second = from('192.0.2.2');
    await expect(second.iterate({ query: '{ a }' }).next()).rejects.toMatchObject({ code: 1013 });
    expect(await server.metrics.text()).toContain('limit_rejections_total{limit="web_sockets"} 1');
    for (const client of clients) await client.dispose();
    await server.stop();
  });

  test('are refused without an error where the client has gone, and leave no socket open', async () => {
    const webSockets = createWebSockets({
      maxPayloadBytes: () => 0,
      maxConnections: () => ({ total: 0, perCaller: 0 }),
      readClientAddress: () => '192.0.2.1',
      metrics: { requestStarted: noop, requestEnded: noop, limitRejection: noop },
      logger: { request: noop, error: noop },
    } as unknown as WebSocketOptions);
    const socket = new PassThrough({ allowHalfOpen: true });
    webSockets.accept({ headers: {} } as unknown as IncomingMessage, socket, Buffer.alloc(0));
    expect(socket.listenerCount('error')).toBe(1);
    const closed = once(socket, 'close');
    socket.resume();
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  test('read no more from a client that does not read, until it does', async () => {
    const server = await startLiveServer();
    const socket = await openRaw(server);
    let pongs = 0;
    socket.on('message', () => {
      pongs += 1;
    });
    socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(100_000) } });
    for (let count = 0; count < 300; count += 1) socket.send(ping);
    let [buffered, unchanged] = [-1, 0];
    while (unchanged < 20) {
      await server.settle();
      unchanged = socket.bufferedAmount === buffered ? unchanged + 1 : 0;
      buffered = socket.bufferedAmount;
    }
    expect(buffered).toBeGreaterThan(0);
    socket.resume();
    await waitUntil(() => pongs === 300);
    socket.terminate();
    await server.stop();
  });

  test('of clients that do not identify themselves close each other, and no others', async () => {
    const server = await startLiveServer({ live: { maxSubscriptions: 2 } });
    const { client, closes } = connect(server);
    await client.iterate(SUBSCRIPTION).next();
    const silent: WebSocket[] = [];
    for (let count = 0; count < 101; count += 1) silent.push(await openRaw(server));
    await waitUntil(() => silent[0]?.readyState === WebSocket.CLOSED);
    expect(silent[1]?.readyState).toBe(WebSocket.OPEN);
    expect(await server.metrics.text()).toContain('limit_rejections_total{limit="web_sockets"} 1');
    const late = connect(server);
    expect((await late.client.iterate(SUBSCRIPTION).next()).value).toEqual({ data: 1 });
    expect(closes).toEqual([]);
    await Promise.all([client.dispose(), late.client.dispose()]);
    for (const socket of silent) socket.terminate();
    await server.stop();
  });
});

function noop() {
  // Neither measures nor logs.
}

async function openRaw({ url }: LiveTestServer) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  return socket;
}
