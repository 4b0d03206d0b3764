import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ManualClock, manualClock } from '../support/clock.ts';
import { settle } from '../support/settle.ts';
import { startToy, type Toy } from './support.ts';

const DRAIN = 20_000;
const MOMENT = 1000;

const WHOLE = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
const HALF = 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A:';
const REST = ' 1\r\n\r\n';

const QUERY = '{"query":"{ wait }"}';
const HEAD = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${QUERY.length}\r\n\r\n`;

const LARGE = 'x'.repeat(20_000_000);

let clock: ManualClock;
let toy: Toy;
let answer: PromiseWithResolvers<string>;
let asked: PromiseWithResolvers<undefined>;
beforeEach(async () => {
  clock = manualClock(0);
  answer = Promise.withResolvers();
  asked = Promise.withResolvers();
  toy = await startToy({
    clock,
    patience: { headersMs: 60_000, requestMs: 60_000, idleMs: 60_000, lookEveryMs: 60_000 },
    wait: () => {
      asked.resolve(undefined);
      return answer.promise;
    },
  });
  toy.server.ready();
});
afterEach(() => toy.stop());

/** A connection that the server knows of, and what has come over it. */
async function connected({ url, get }: Toy, { closesInTurn = true } = {}) {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: !closesInTurn });
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString()));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  /** When who comes later has been answered, all before has been read; at the end nobody may come any more. */
  const read = async () => {
    await get('/healthz').catch(settle);
  };
  await read();
  return {
    socket,
    received: () => received,
    send: async (bytes: string) => {
      socket.write(bytes);
      await read();
    },
    receivedAll: async (pattern: RegExp) => {
      while (!pattern.test(received)) await once(socket, 'data');
    },
    closed,
    isOpen: () => !socket.destroyed,
  };
}

/** Begins to drain; tells what came of it, so far. */
function drain({ server }: Toy, ms = DRAIN) {
  const outcomes: boolean[] = [];
  const done = server.drain(ms).then((drained) => {
    outcomes.push(drained);
    return drained;
  });
  return { outcomes, done };
}

describe.each([
  ['that has sent nothing', '', WHOLE],
  ['that has sent half a request', HALF, REST],
])('a connection %s', (_what, sent, rest) => {
  test('has a second, and nobody was owed an answer on it', async () => {
    const client = await connected(toy);
    await client.send(sent);
    const { outcomes, done } = drain(toy);
    clock.advance(MOMENT - 1);
    await settle();
    expect([client.isOpen(), outcomes]).toEqual([true, []]);
    clock.advance(1);
    await client.closed;
    expect(await done).toBe(true);
    expect([client.received(), clock.waiting()]).toEqual(['', 0]);
  });

  test('is answered what it brings in that second', async () => {
    const client = await connected(toy);
    await client.send(sent);
    const { done } = drain(toy);
    clock.advance(MOMENT - 1);
    await client.send(rest);
    await client.closed;
    expect(client.received()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n[^]*"alive"/i);
    expect(await done).toBe(true);
  });

  test('has no longer than the requests under way', async () => {
    const client = await connected(toy);
    await client.send(sent);
    const { done } = drain(toy, MOMENT / 2);
    clock.advance(MOMENT / 2);
    await client.closed;
    expect(await done).toBe(true);
  });
});

test('what came in that second has the time of all requests under way', async () => {
  const client = await connected(toy);
  const { outcomes, done } = drain(toy);
  await client.send(HEAD + QUERY);
  await asked.promise;
  clock.advance(DRAIN - 1);
  await settle();
  expect([client.isOpen(), outcomes]).toEqual([true, []]);
  answer.resolve('done');
  await client.closed;
  expect(client.received()).toMatch(/^HTTP\/1\.1 200 [^]*"done"/);
  expect(await done).toBe(true);
});

describe('a connection that is kept', () => {
  test('goes at once when it is idle', async () => {
    const client = await connected(toy);
    await client.send(WHOLE);
    await client.receivedAll(/"alive"/);
    await settle();
    expect(await drain(toy).done).toBe(true);
    await client.closed;
    expect(clock.elapsed()).toBe(0);
  });

  test('has a second when the next request has begun', async () => {
    const client = await connected(toy);
    await client.send(WHOLE);
    await client.receivedAll(/"alive"/);
    await client.send(HALF);
    const { outcomes, done } = drain(toy);
    await settle();
    expect([client.isOpen(), outcomes]).toEqual([true, []]);
    await client.send(REST);
    await client.closed;
    expect(client.received().match(/"alive"/g)).toHaveLength(2);
    expect(await done).toBe(true);
  });
});

describe('a request whose body is still to come', () => {
  test('is waited for, and answered', async () => {
    const client = await connected(toy);
    await client.send(HEAD);
    const { outcomes, done } = drain(toy);
    clock.advance(DRAIN - 1);
    await settle();
    expect([client.isOpen(), outcomes]).toEqual([true, []]);
    answer.resolve('done');
    await client.send(QUERY);
    await client.closed;
    expect(client.received()).toMatch(/^HTTP\/1\.1 200 [^]*"done"/);
    expect(await done).toBe(true);
  });

  test('is cut off when it takes too long', async () => {
    const client = await connected(toy);
    await client.send(HEAD);
    const { done } = drain(toy);
    clock.advance(DRAIN);
    await client.closed;
    expect(await done).toBe(false);
  });

  test('has no more time for it than ever, and who was told so and stays is owed nothing', async () => {
    const patience = { headersMs: 200, requestMs: 400, idleMs: 60_000, lookEveryMs: 20 };
    const own = await startToy({ clock, patience });
    const client = await connected(own, { closesInTurn: false });
    await client.send(HEAD);
    const { outcomes, done } = drain(own);
    await client.receivedAll(/^HTTP\/1\.1 408 [^]*\}/);
    await settle();
    expect(outcomes).toEqual([]);
    clock.advance(MOMENT);
    expect(await done).toBe(true);
    client.socket.destroy();
    await own.stop();
  });
});

describe('a request under way', () => {
  test('is answered after that second, too, and its connection not kept', async () => {
    const client = await connected(toy);
    await client.send(HEAD + QUERY);
    await asked.promise;
    const { outcomes, done } = drain(toy);
    clock.advance(DRAIN - 1);
    await settle();
    expect([client.isOpen(), outcomes]).toEqual([true, []]);
    answer.resolve('done');
    await client.closed;
    expect(client.received()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n[^]*"done"/i);
    expect([await done, clock.waiting()]).toEqual([true, 0]);
  });

  test('is told that its connection is not kept when the end began after it', async () => {
    const query = toy.post({ query: '{ wait }' });
    await asked.promise;
    toy.server.beginShutdown();
    answer.resolve('done');
    expect((await query).headers.get('connection')).toBe('close');
  });

  test('whose answer is on its way out is sent all of it', async () => {
    const client = await connected(toy);
    await client.send(HEAD + QUERY);
    answer.resolve(LARGE);
    await client.receivedAll(/^HTTP/);
    client.socket.pause();
    await settle();
    const { outcomes, done } = drain(toy);
    clock.advance(MOMENT);
    await settle();
    expect(outcomes).toEqual([]);
    client.socket.resume();
    await client.closed;
    expect(client.received().endsWith(`${LARGE}"}}\n`)).toBe(true);
    expect(await done).toBe(true);
  });

  test('has been answered, whether or not its client then goes', async () => {
    const client = await connected(toy, { closesInTurn: false });
    await client.send(HEAD + QUERY);
    answer.resolve(LARGE);
    await client.receivedAll(/^HTTP/);
    const { outcomes, done } = drain(toy);
    await once(client.socket, 'end');
    clock.advance(MOMENT - 1);
    await settle();
    expect(outcomes).toEqual([]);
    clock.advance(1);
    expect(await done).toBe(true);
    client.socket.destroy();
  });
});
