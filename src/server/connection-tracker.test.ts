import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { startTestServer, type TestServer } from '../../test/support/server-harness.ts';

const DRAIN_MS = 20_000;
const GRACE_MS = 1000;

const FULL_REQUEST = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
const PARTIAL_REQUEST = 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A:';
const REQUEST_REMAINDER = ' 1\r\n\r\n';

const POST_BODY = '{"query":"{ wait }"}';
const POST_HEADERS = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${POST_BODY.length}\r\n\r\n`;

const LARGE_VALUE = 'x'.repeat(20_000_000);

let clock: ManualClock;
let testServer: TestServer;
let answer: PromiseWithResolvers<string>;
let started: PromiseWithResolvers<undefined>;
beforeEach(async () => {
  clock = manualClock(0);
  answer = Promise.withResolvers();
  started = Promise.withResolvers();
  testServer = await startTestServer({
    clock,
    timeouts: { headersMs: 60_000, requestMs: 60_000, idleMs: 60_000, unreadMs: 60_000, checkIntervalMs: 60_000 },
    wait: () => {
      started.resolve(undefined);
      return answer.promise;
    },
  });
  testServer.server.ready();
});
afterEach(() => testServer.stop());

/** Opens a connection, waits until the server has accepted it and collects what it receives. */
async function openConnection({ url, get }: TestServer, { closesOnEnd = true } = {}) {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: !closesOnEnd });
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString()));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  /** A response to a later request proves that the server has read all earlier bytes. Fails once the server has stopped listening. */
  const flushServer = async () => {
    await get('/healthz').catch(flushPromises);
  };
  await flushServer();
  return {
    socket,
    received: () => received,
    send: async (bytes: string) => {
      socket.write(bytes);
      await flushServer();
    },
    receivedAll: async (pattern: RegExp) => {
      while (!pattern.test(received)) await once(socket, 'data');
    },
    closed,
    isOpen: () => !socket.destroyed,
  };
}

/** Starts the drain; `outcomes` stays empty until it has ended. */
function startDrain({ server }: TestServer, ms = DRAIN_MS) {
  const outcomes: boolean[] = [];
  const done = server.drain(ms).then((drained) => {
    outcomes.push(drained);
    return drained;
  });
  return { outcomes, done };
}

describe.each([
  ['a connection that has sent nothing', '', FULL_REQUEST],
  ['a connection with a partial request', PARTIAL_REQUEST, REQUEST_REMAINDER],
])('draining %s', (what, sent, remainder) => {
  test(`closes ${what} after the grace period and counts as drained`, async () => {
    const client = await openConnection(testServer);
    await client.send(sent);
    const { outcomes, done } = startDrain(testServer);
    clock.advance(GRACE_MS - 1);
    await flushPromises();
    expect([client.isOpen(), outcomes]).toEqual([true, []]);
    clock.advance(1);
    await client.closed;
    expect(await done).toBe(true);
    expect([client.received(), clock.pendingTimers()]).toEqual(['', 0]);
  });

  test(`answers a request on ${what} that arrives within the grace period`, async () => {
    const client = await openConnection(testServer);
    await client.send(sent);
    const { done } = startDrain(testServer);
    clock.advance(GRACE_MS - 1);
    await client.send(remainder);
    await client.closed;
    expect(client.received()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n[^]*"alive"/i);
    expect(await done).toBe(true);
  });

  test(`closes ${what} no later than the drain timeout`, async () => {
    const client = await openConnection(testServer);
    await client.send(sent);
    const { done } = startDrain(testServer, GRACE_MS / 2);
    clock.advance(GRACE_MS / 2);
    await client.closed;
    expect(await done).toBe(true);
  });
});

test('gives a request that arrives within the grace period the full drain timeout', async () => {
  const client = await openConnection(testServer);
  const { outcomes, done } = startDrain(testServer);
  await client.send(POST_HEADERS + POST_BODY);
  await started.promise;
  clock.advance(DRAIN_MS - 1);
  await flushPromises();
  expect([client.isOpen(), outcomes]).toEqual([true, []]);
  answer.resolve('done');
  await client.closed;
  expect(client.received()).toMatch(/^HTTP\/1\.1 200 [^]*"done"/);
  expect(await done).toBe(true);
});

describe('draining a keep-alive connection', () => {
  test('closes an idle keep-alive connection immediately', async () => {
    const client = await openConnection(testServer);
    await client.send(FULL_REQUEST);
    await client.receivedAll(/"alive"/);
    await flushPromises();
    expect(await startDrain(testServer).done).toBe(true);
    await client.closed;
    expect(clock.monotonicMs()).toBe(0);
  });

  test('gives a keep-alive connection with a partial next request the grace period', async () => {
    const client = await openConnection(testServer);
    await client.send(FULL_REQUEST);
    await client.receivedAll(/"alive"/);
    await client.send(PARTIAL_REQUEST);
    const { outcomes, done } = startDrain(testServer);
    await flushPromises();
    expect([client.isOpen(), outcomes]).toEqual([true, []]);
    await client.send(REQUEST_REMAINDER);
    await client.closed;
    expect(client.received().match(/"alive"/g)).toHaveLength(2);
    expect(await done).toBe(true);
  });
});

describe('draining a request with an incomplete body', () => {
  test('waits for the body of a request and answers it', async () => {
    const client = await openConnection(testServer);
    await client.send(POST_HEADERS);
    const { outcomes, done } = startDrain(testServer);
    clock.advance(DRAIN_MS - 1);
    await flushPromises();
    expect([client.isOpen(), outcomes]).toEqual([true, []]);
    answer.resolve('done');
    await client.send(POST_BODY);
    await client.closed;
    expect(client.received()).toMatch(/^HTTP\/1\.1 200 [^]*"done"/);
    expect(await done).toBe(true);
  });

  test('aborts a request whose body has not arrived by the drain timeout', async () => {
    const client = await openConnection(testServer);
    await client.send(POST_HEADERS);
    const { done } = startDrain(testServer);
    clock.advance(DRAIN_MS);
    await client.closed;
    expect(await done).toBe(false);
  });

  test('still enforces the request timeout during the drain, and does not wait for a client that stays connected after the 408', async () => {
    const timeouts = { headersMs: 200, requestMs: 400, idleMs: 60_000, unreadMs: 60_000, checkIntervalMs: 20 };
    const own = await startTestServer({ clock, timeouts });
    const client = await openConnection(own, { closesOnEnd: false });
    await client.send(POST_HEADERS);
    const { outcomes, done } = startDrain(own);
    await client.receivedAll(/^HTTP\/1\.1 408 [^]*\}/);
    await flushPromises();
    expect(outcomes).toEqual([]);
    clock.advance(GRACE_MS);
    expect(await done).toBe(true);
    client.socket.destroy();
    await own.stop();
  });
});

describe('draining a request in flight', () => {
  test('answers a request in flight after the grace period and closes its connection', async () => {
    const client = await openConnection(testServer);
    await client.send(POST_HEADERS + POST_BODY);
    await started.promise;
    const { outcomes, done } = startDrain(testServer);
    clock.advance(DRAIN_MS - 1);
    await flushPromises();
    expect([client.isOpen(), outcomes]).toEqual([true, []]);
    answer.resolve('done');
    await client.closed;
    expect(client.received()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n[^]*"done"/i);
    expect([await done, clock.pendingTimers()]).toEqual([true, 0]);
  });

  test('answers the second of two pipelined requests, though the first has ended', async () => {
    const client = await openConnection(testServer);
    await client.send(FULL_REQUEST + POST_HEADERS + POST_BODY);
    await started.promise;
    const { outcomes, done } = startDrain(testServer);
    clock.advance(GRACE_MS);
    await flushPromises();
    expect([client.isOpen(), outcomes]).toEqual([true, []]);
    answer.resolve('done');
    await client.closed;
    expect(client.received()).toMatch(/"done"/);
    expect(await done).toBe(true);
  });

  test('sends Connection: close for a request that started before the shutdown', async () => {
    const query = testServer.post({ query: '{ wait }' });
    await started.promise;
    testServer.server.beginShutdown();
    answer.resolve('done');
    expect((await query).headers.get('connection')).toBe('close');
  });

  test('sends the complete response of a request whose response is already being written', async () => {
    const client = await openConnection(testServer);
    await client.send(POST_HEADERS + POST_BODY);
    answer.resolve(LARGE_VALUE);
    await client.receivedAll(/^HTTP/);
    client.socket.pause();
    await flushPromises();
    const { outcomes, done } = startDrain(testServer);
    clock.advance(GRACE_MS);
    await flushPromises();
    expect(outcomes).toEqual([]);
    client.socket.resume();
    await client.closed;
    expect(client.received().endsWith(`${LARGE_VALUE}"}}\n`)).toBe(true);
    expect(await done).toBe(true);
  });

  test('counts a request as answered even if its client keeps the connection open', async () => {
    const client = await openConnection(testServer, { closesOnEnd: false });
    await client.send(POST_HEADERS + POST_BODY);
    answer.resolve(LARGE_VALUE);
    await client.receivedAll(/^HTTP/);
    const { outcomes, done } = startDrain(testServer);
    await once(client.socket, 'end');
    clock.advance(GRACE_MS - 1);
    await flushPromises();
    expect(outcomes).toEqual([]);
    clock.advance(1);
    expect(await done).toBe(true);
    client.socket.destroy();
  });
});
