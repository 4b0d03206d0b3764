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
    timeouts: { headersMs: 60_000, requestMs: 60_000, idleMs: 60_000, checkIntervalMs: 60_000 },
    wait: () => {
      started.resolve(undefined);
      return answer.promise;
    },
  });
  testServer.server.ready();
});
afterEach(() => testServer.stop());

/** A connection that the server knows of, and what has come over it. */
async function openConnection({ url, get }: TestServer, { closesInTurn: closesOnEnd = true } = {}) {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: !closesOnEnd });
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString()));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  /** When who comes later has been answered, all before has been read; at the end nobody may come any more. */
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

/** Begins to drain; tells what came of it, so far. */
function startDrain({ server }: TestServer, ms = DRAIN_MS) {
  const outcomes: boolean[] = [];
  const done = server.drain(ms).then((drained) => {
    outcomes.push(drained);
    return drained;
  });
  return { outcomes, done };
}

describe.each([
  ['that has sent nothing', '', FULL_REQUEST],
  ['that has sent half a request', PARTIAL_REQUEST, REQUEST_REMAINDER],
])('a connection %s', (_what, sent, rest) => {
  test('has a second, and nobody was owed an answer on it', async () => {
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

  test('is answered what it brings in that second', async () => {
    const client = await openConnection(testServer);
    await client.send(sent);
    const { done } = startDrain(testServer);
    clock.advance(GRACE_MS - 1);
    await client.send(rest);
    await client.closed;
    expect(client.received()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n[^]*"alive"/i);
    expect(await done).toBe(true);
  });

  test('has no longer than the requests under way', async () => {
    const client = await openConnection(testServer);
    await client.send(sent);
    const { done } = startDrain(testServer, GRACE_MS / 2);
    clock.advance(GRACE_MS / 2);
    await client.closed;
    expect(await done).toBe(true);
  });
});

test('what came in that second has the time of all requests under way', async () => {
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

describe('a connection that is kept', () => {
  test('goes at once when it is idle', async () => {
    const client = await openConnection(testServer);
    await client.send(FULL_REQUEST);
    await client.receivedAll(/"alive"/);
    await flushPromises();
    expect(await startDrain(testServer).done).toBe(true);
    await client.closed;
    expect(clock.monotonicMs()).toBe(0);
  });

  test('has a second when the next request has begun', async () => {
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

describe('a request whose body is still to come', () => {
  test('is waited for, and answered', async () => {
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

  test('is cut off when it takes too long', async () => {
    const client = await openConnection(testServer);
    await client.send(POST_HEADERS);
    const { done } = startDrain(testServer);
    clock.advance(DRAIN_MS);
    await client.closed;
    expect(await done).toBe(false);
  });

  test('has no more time for it than ever, and who was told so and stays is owed nothing', async () => {
    const timeouts = { headersMs: 200, requestMs: 400, idleMs: 60_000, checkIntervalMs: 20 };
    const own = await startTestServer({ clock, timeouts });
    const client = await openConnection(own, { closesInTurn: false });
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

describe('a request under way', () => {
  test('is answered after that second, too, and its connection not kept', async () => {
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

  test('is told that its connection is not kept when the end began after it', async () => {
    const query = testServer.post({ query: '{ wait }' });
    await started.promise;
    testServer.server.beginShutdown();
    answer.resolve('done');
    expect((await query).headers.get('connection')).toBe('close');
  });

  test('whose answer is on its way out is sent all of it', async () => {
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

  test('has been answered, whether or not its client then goes', async () => {
    const client = await openConnection(testServer, { closesInTurn: false });
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
