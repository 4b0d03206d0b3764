import { expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { startLiveServer, SUBSCRIPTION } from '../../test/support/live-harness.ts';

async function connect(setup: Parameters<typeof startLiveServer>[0] = {}) {
  const server = await startLiveServer(setup);
  const url = `${server.url.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazyCloseTimeout: 60_000 });
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

test('reports an invalid document as an error of its operation', async () => {
  const { client, stop } = await connect();
  for (const query of ['subscription { invalid }', '{ invalid }'])
    await expect(client.iterate({ query }).next()).rejects.toEqual([{ message: 'no' }]);
  await stop();
});
