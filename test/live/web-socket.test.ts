import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { waitUntil } from '../support/cache-harness.ts';
import { timedClock } from '../support/clock.ts';
import { type Gateway, NOW, startWorld, type World } from '../support/world.ts';

const clock = timedClock(NOW);
let world: World;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld(clock);
  gateway = await world.startGateway();
});
afterAll(() => world.stop());

const SELECTION = `agents(filter: { account: "kore-main" }) { nodes { name currentStatus { status label start } } }`;

function connect(): Client {
  return createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
}

/** In steps, so that heartbeats are answered in between. */
async function passTime(ms: number) {
  for (let passed = 0; passed < ms; passed += 10_000) {
    clock.advance(10_000);
    await fetch(`${gateway.url}/healthz`);
  }
}

/** A connection without a client's own rules. */
async function openRaw(protocol = 'graphql-transport-ws', headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, protocol, { headers });
  await once(socket, 'open');
  const closed = once(socket, 'close').then(([code]) => code as number);
  const send = (message: unknown) => {
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  };
  const next = async () => JSON.parse(String((await once(socket, 'message'))[0])) as Record<string, unknown>;
  return { socket, closed, send, next };
}

describe('graphql-transport-ws, with the client of graphql-ws', () => {
  test('sends what the query would answer, and again when it has changed', async () => {
    const client = connect();
    const results = client.iterate({ query: `subscription { ${SELECTION} }` });
    const first = await results.next();
    expect(first.value).toEqual({ data: (await gateway.query(`{ ${SELECTION} }`)).data });
    const received: unknown[] = [];
    const follow = async () => {
      for await (const result of results) received.push(JSON.stringify(result));
    };
    void follow();
    await passTime(600_000);
    const polled = JSON.stringify({ data: (await gateway.query(`{ ${SELECTION} }`)).data });
    await waitUntil(() => received.at(-1) === polled);
    expect(new Set(received).size).toBe(received.length);
    await client.dispose();
  });

  test('answers a query with one result', async () => {
    const client = connect();
    const results = client.iterate({ query: '{ accounts { name } }' });
    expect((await results.next()).value).toMatchObject({ data: { accounts: expect.any(Array) } });
    expect((await results.next()).done).toBe(true);
    await client.dispose();
  });

  test('reports an invalid document as an error of the operation', async () => {
    const client = connect();
    await expect(client.iterate({ query: 'subscription { nothing }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    await client.dispose();
  });
});

describe('the protocol', () => {
  const INIT = { type: 'connection_init' };
  const subscribe = (id: string) => ({ type: 'subscribe', id, payload: { query: `subscription { ${SELECTION} }` } });

  test('acknowledges the first message, and answers a ping', async () => {
    const { send, next, socket } = await openRaw();
    send(INIT);
    expect(await next()).toEqual({ type: 'connection_ack' });
    send({ type: 'ping', payload: { a: 1 } });
    expect(await next()).toEqual({ type: 'pong', payload: { a: 1 } });
    socket.close();
  });

  test.each<[string, number, readonly unknown[]]>([
    ['a message that is not JSON', 4400, ['{']],
    ['a message of no type', 4400, [{ type: 'start', id: '1' }]],
    ['a subscription before the first message', 4401, [subscribe('1')]],
    ['a second first message', 4429, [INIT, INIT]],
    ['an id that is in use', 4409, [INIT, null, subscribe('1'), subscribe('1')]],
    ['a message that is too long', 1009, ['x'.repeat(102_401)]],
  ])('closes the connection for %s', async (_, code, messages) => {
    const { send, next, closed } = await openRaw();
    for (const message of messages) {
      if (message === null) await next();
      else send(message);
    }
    expect(await closed).toBe(code);
  });

  test('closes a connection of another subprotocol, or without a first message in time', async () => {
    const other = await openRaw('graphql-ws').catch((error: unknown) => error);
    expect(other).toMatchObject({ message: expect.stringContaining('subprotocol') });
    const silent = await openRaw();
    clock.advance(10_000);
    expect(await silent.closed).toBe(4408);
  });

  test('refuses pages of other origins', async () => {
    const error = await openRaw('graphql-transport-ws', { origin: 'https://elsewhere.example' }).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ message: expect.stringContaining('403') });
  });
});
