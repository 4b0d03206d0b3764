import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { startLiveServer, SUBSCRIPTION } from '../../test/support/live-harness.ts';

async function connect(setup: Parameters<typeof startLiveServer>[0] = {}) {
  const server = await startLiveServer(setup);
  const url = `${server.url.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false });
  const stop = async () => {
    await client.dispose();
    await server.stop();
  };
  return { server, client, stop };
}

test('sends each subscriber on a connection its own events, executed once', async () => {
  const { server, client, stop } = await connect();
  const [one, two] = [client.iterate(SUBSCRIPTION), client.iterate(SUBSCRIPTION)];
  expect((await one.next()).value).toEqual({ data: 1 });
  expect((await two.next()).value).toEqual({ data: 1 });
  server.state.answer = { data: 'ä' };
  const next = [one.next(), two.next()];
  await server.pass(10_000);
  for (const result of await Promise.all(next)) expect(result.value).toEqual({ data: 'ä' });
  expect(server.state.runs).toBe(2);
  await one.return?.();
  await two.return?.();
  while (!(await server.metrics.text()).includes('live_subscriptions{transport="websocket"} 0')) await server.settle();
  await stop();
});

test('reports a refusal as an error with a time to retry, and goes on with the other operations', async () => {
  const { server, client, stop } = await connect({ live: { maxSubscriptionsPerCaller: 1 } });
  await client.iterate(SUBSCRIPTION).next();
  await expect(client.iterate({ query: 'subscription B { a }' }).next()).rejects.toEqual([
    {
      message: 'Too many subscriptions; the limit per caller is 1.',
      extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 10 },
    },
  ]);
  expect(await server.metrics.text()).toContain('limit_rejections_total{limit="caller_subscriptions"} 1');
  expect((await client.iterate({ query: '{ a }' }).next()).value).toEqual({ data: 1 });
  await stop();
});

test('ends an operation whose document is invalid with its error alone', async () => {
  const { server, stop } = await connect();
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const received: string[] = [];
  socket.on('message', (data: Buffer) => received.push(data.toString()));
  await once(socket, 'open');
  const send = (message: object) => {
    socket.send(JSON.stringify(message));
  };
  send({ type: 'connection_init' });
  while (received.length === 0) await server.settle();
  send({ type: 'subscribe', id: '1', payload: { query: 'subscription { invalid }' } });
  while (received.length === 1) await server.settle();
  // A later answer shows that nothing follows the error.
  send({ type: 'ping' });
  while (!received.some((text) => text.includes('pong'))) await server.settle();
  expect(received.map((text) => (JSON.parse(text) as { readonly type: string }).type)).toEqual([
    'connection_ack',
    'error',
    'pong',
  ]);
  socket.terminate();
  await stop();
});

test('reports an invalid document as an error of its operation', async () => {
  const { client, stop } = await connect();
  for (const query of ['subscription { invalid }', '{ invalid }'])
    await expect(client.iterate({ query }).next()).rejects.toEqual([{ message: 'no' }]);
  await stop();
});
