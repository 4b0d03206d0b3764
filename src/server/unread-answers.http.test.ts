import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readError, startTestServer, type TestServer } from '../../test/support/server-harness.ts';

const MEGABYTE = 1_000_000;
const BODY = JSON.stringify({ query: '{ wait }' });
const REQUEST = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;

let own: TestServer | undefined;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await own?.stop();
});

/** A client that sends requests and reads nothing until it is resumed. */
function connectWithoutReading(server: TestServer, requests: number): Socket {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  sockets.push(socket);
  socket.pause();
  socket.on('error', () => undefined);
  socket.write(REQUEST.repeat(requests));
  return socket;
}

async function unreadBytes({ metrics }: TestServer): Promise<number> {
  return Number(/^switchboard_http_unread_bytes (\S+)$/m.exec(await metrics.text())?.[1]);
}

describe('answers that clients do not read', () => {
  test('are bounded in all: further answers and requests are 503 until some have been read', async () => {
    const server = (own = await startTestServer({
      limits: { maxUnreadBytes: 50 * MEGABYTE },
      wait: () => Promise.resolve('x'.repeat(20 * MEGABYTE)),
    }));
    for (let i = 0; i < 12; i += 1) connectWithoutReading(server, 1);
    // Three answers are as many as it takes to exceed the bound; the other nine are small errors, which are out at once.
    expect((await server.accessLog(9)).map(({ status }) => status)).toEqual(Array(9).fill(503));
    const response = await server.post({ query: '{ hello }' });
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await readError(response)).toEqual({ status: 503, code: 'OVERLOADED' });
    server.server.ready();
    for (const path of ['/healthz', '/readyz', '/graphiql']) expect((await server.get(path)).status).toBe(200);
    expect(await (await server.get('/metrics')).text()).toContain(
      'http_requests_shed_total{reason="unread_bytes"} 10\n',
    );
    expect(await unreadBytes(server)).toBeGreaterThan(50 * MEGABYTE);
    for (const socket of sockets) socket.destroy();
    while (server.lines.filter((line) => line.includes('"status":499')).length < 3) await new Promise(setImmediate);
    expect((await server.post({ query: '{ hello }' })).status).toBe(200);
    expect(await unreadBytes(server)).toBe(0);
  });

  test('are bounded for each connection with pipelined requests', async () => {
    const server = (own = await startTestServer({ wait: () => Promise.resolve('x'.repeat(5 * MEGABYTE)) }));
    const socket = connectWithoutReading(server, 12);
    while (!(await server.metrics.text()).includes('reason="unread_bytes"} 8\n')) await new Promise(setImmediate);
    socket.resume();
    const statuses = (await server.accessLog(12)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
    expect(statuses.filter((status) => status === 503)).toHaveLength(8);
  });

  test('are given up when nothing of them is read for a while, however long queries may take', async () => {
    const timeouts = { headersMs: 200, requestMs: 400, idleMs: 60_000, unreadMs: 100, checkIntervalMs: 20 };
    const server = (own = await startTestServer({
      timeouts,
      limits: { requestTimeoutMs: 60_000 },
      wait: () => Promise.resolve('x'.repeat(50 * MEGABYTE)),
    }));
    connectWithoutReading(server, 1);
    expect(await server.accessLog(1)).toEqual([expect.objectContaining({ path: '/graphql', status: 499 })]);
  });
});
