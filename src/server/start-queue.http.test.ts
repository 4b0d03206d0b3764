import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { startTestServer } from '../../test/support/server-harness.ts';

const COUNT = 20;
const BODY = '{"query":"{ hello }"}';
const REQUEST = `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

interface Conditions {
  readonly hasNewConnection?: boolean;
  /** Whether each query waits for a vendor after its millisecond. */
  readonly areWaiting?: boolean;
}

/** Sends queries of a millisecond at once; returns how many start before connections are read again. */
async function countFirstStarts({ hasNewConnection = false, areWaiting = false }: Conditions = {}): Promise<number> {
  const clock = manualClock();
  const all = Promise.withResolvers<undefined>();
  const starts: number[] = [];
  let turn = 0;
  const server = await startTestServer({
    clock,
    graphql: () => {
      if (starts.length === 0) setImmediate(() => (turn += 1));
      starts.push(turn);
      clock.advance(1);
      if (starts.length === COUNT) all.resolve(undefined);
      const answer = new Error('no answer');
      return areWaiting ? all.promise.then(() => Promise.reject(answer)) : Promise.reject(answer);
    },
  });
  const sockets = await Promise.all(Array.from({ length: COUNT }, () => open(server.url)));
  // Once they are answered, the server has accepted all connections and awaits no other.
  for (const socket of sockets) {
    socket.write(REQUEST.replace('/graphql', '/healthz').replace('POST', 'GET'));
    await once(socket, 'data');
  }
  await new Promise(setImmediate);
  const late = hasNewConnection ? open(server.url) : null;
  // It connects in the next tick, before the queries are sent.
  await new Promise<void>((resolve) => {
    process.nextTick(resolve);
  });
  for (const socket of sockets) socket.write(REQUEST);
  await all.promise;
  for (const socket of [...sockets, await late]) socket?.destroy();
  await server.stop();
  return starts.filter((started) => started === 0).length;
}

test('starts queries for five milliseconds of a turn, and fewer while connections arrive', async () => {
  // Those of the turn in which they arrive, and those of the next one, which begins before connections are read.
  expect(await countFirstStarts()).toBe(10);
  expect(await countFirstStarts({ hasNewConnection: true })).toBe(2);
});

test('starts one query in each turn as long as each waits for a vendor', async () => {
  expect(await countFirstStarts({ areWaiting: true })).toBe(2);
});
