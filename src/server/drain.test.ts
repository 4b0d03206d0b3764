import { once } from 'node:events';
import { HeaderMap } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { timedClock } from '../../test/support/clock.ts';
import { openEventStream } from '../../test/support/event-stream.ts';
import { startLiveServer, SUBSCRIPTION } from '../../test/support/live-harness.ts';
import { startTestServer } from '../../test/support/server-harness.ts';

interface Address {
  readonly url: string;
}

function openClient({ url }: Address) {
  const closes: number[] = [];
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    on: { closed: (event) => closes.push((event as { code: number }).code) },
  });
  return { client, closes };
}

async function openRaw({ url }: Address) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  return socket;
}

test('ends streams after the queries in flight are answered, in the order in which they began', async () => {
  const query = Promise.withResolvers<undefined>();
  const started = Promise.withResolvers<undefined>();
  const order: string[] = [];
  const server = await startTestServer({
    clock: timedClock(Date.parse('2026-11-20T09:30:00Z')),
    graphql: async ({ body }, { stream }) => {
      const { query: text } = body as { query: string };
      if (text.startsWith('subscription')) stream?.onSubscription({ name: 'agents', args: {} });
      else {
        started.resolve(undefined);
        await query.promise;
      }
      return { status: 200, headers: new HeaderMap(), body: { kind: 'complete', string: '{"data":1}\n' } };
    },
  });
  const streams = [
    await openEventStream(server.url, SUBSCRIPTION),
    await openEventStream(server.url, { query: 'subscription Other { agents { totalCount } }' }),
  ];
  for (const stream of streams) await stream.nextResult();
  const ended = streams.map(async (stream, index) => {
    expect(await stream.next()).toEqual({ event: 'complete', data: '' });
    order.push(`stream ${index}`);
    expect(await stream.next()).toBeNull();
  });
  const answered = server.post({ query: '{ a }' }).then(async (response) => {
    order.push('query');
    await response.text();
  });
  await started.promise;
  const drained = server.server.drain(60_000);
  query.resolve(undefined);
  await Promise.all([...ended, answered]);
  expect(order).toEqual(['query', 'stream 0', 'stream 1']);
  expect(await drained).toBe(true);
});

test('closes WebSockets with 1001, which does not count as aborted', async () => {
  const server = await startLiveServer();
  const { client, closes } = openClient(server);
  const results = client.iterate(SUBSCRIPTION);
  await results.next();
  const idle = await openRaw(server);
  const idleClosed = once(idle, 'close');
  const drained = server.server.drain(60_000);
  await results.next().catch(() => undefined);
  expect(closes).toEqual([1001]);
  expect((await idleClosed)[0]).toBe(1001);
  expect(await drained).toBe(true);
  await server.stop();
});

test('closes a WebSocket once the queries on it are answered, with its subscriptions', async () => {
  const server = await startLiveServer();
  const answer = Promise.withResolvers<unknown>();
  const { client, closes } = openClient(server);
  const events = client.iterate(SUBSCRIPTION);
  await events.next();
  const ended = expect(events.next()).rejects.toMatchObject({ code: 1001 });
  server.state.answer = answer.promise;
  const results = client.iterate({ query: '{ a }' });
  const result = results.next();
  while (server.state.runs < 2) await server.settle();
  const idle = await openRaw(server);
  const drained = server.server.drain(60_000);
  expect((await once(idle, 'close'))[0]).toBe(1001);
  expect(closes).toEqual([]);
  answer.resolve({ data: 2 });
  expect((await result).value).toEqual({ data: 2 });
  expect((await results.next()).done).toBe(true);
  await ended;
  expect(closes).toEqual([1001]);
  expect(await drained).toBe(true);
  await server.stop();
});

test('closes a WebSocket with a query in flight at the end, which counts as aborted', async () => {
  const server = await startLiveServer();
  server.state.answer = new Promise(() => undefined);
  const { client } = openClient(server);
  const result = client.iterate({ query: '{ a }' }).next();
  while (server.state.runs === 0) await server.settle();
  const aborted = expect(result).rejects.toMatchObject({ code: 1001 });
  const drained = server.server.drain(10_000);
  server.clock.advance(9_000);
  await aborted;
  expect(await drained).toBe(false);
  await server.stop();
});
