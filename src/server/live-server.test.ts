import { expect, test } from '@jest/globals';
import { openEventStream } from '../../test/support/event-stream.ts';
import { startLiveServer, SUBSCRIPTION } from '../../test/support/live-harness.ts';

test('executes a subscription once for its streams, and nothing once they are closed', async () => {
  const server = await startLiveServer();
  const streams = [await openEventStream(server.url, SUBSCRIPTION), await openEventStream(server.url, SUBSCRIPTION)];
  for (const stream of streams) expect(await stream.nextResult()).toEqual({ data: 1 });
  server.state.answer = { data: 2 };
  await server.pass(10_000);
  for (const stream of streams) expect(await stream.nextResult()).toEqual({ data: 2 });
  expect(server.state.runs).toBe(2);
  expect(await server.metrics.text()).toContain('switchboard_live_events_total{outcome="sent"} 4');
  for (const stream of streams) stream.close();
  while (!(await server.metrics.text()).includes('live_subscriptions{transport="sse"} 0')) await server.settle();
  await server.pass(60_000);
  expect(server.state.runs).toBe(2);
  await server.stop();
});
