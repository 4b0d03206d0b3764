import { afterEach, expect, test } from '@jest/globals';
import { openEventStream } from '../../test/support/event-stream.ts';
import { startLiveServer, SUBSCRIPTION } from '../../test/support/live-harness.ts';
import { createFrames } from './event-stream.ts';

let server: Awaited<ReturnType<typeof startLiveServer>>;
afterEach(() => server.stop());

test('sends comments while nothing else is sent', async () => {
  server = await startLiveServer();
  const stream = await openEventStream(server.url, SUBSCRIPTION);
  await stream.nextResult();
  await server.pass(35_000);
  expect(stream.heartbeats()).toBe(2);
  expect(stream.waiting()).toBe(0);
  stream.close();
});

test('sends a reader that was slow the latest answer, and counts those between', async () => {
  server = await startLiveServer();
  const stream = await openEventStream(server.url, SUBSCRIPTION);
  await stream.nextResult();
  stream.pause();
  const filler = 'x'.repeat(2_000_000);
  for (let index = 1; index <= 8; index += 1) {
    server.state.answer = { data: { index, filler } };
    await server.pass(10_000);
    // Readers are given up after thirty seconds without progress.
    if (index % 2 === 0) stream.resume();
    if (index % 2 === 0) await stream.nextResult();
    stream.pause();
  }
  stream.resume();
  const nextIndex = async () => ((await stream.nextResult()).data as { index: number }).index;
  while ((await nextIndex()) < 8);
  expect(stream.waiting()).toBe(0);
  stream.close();
});

test('closes the connection of a client that reads nothing', async () => {
  server = await startLiveServer();
  const stream = await openEventStream(server.url, SUBSCRIPTION);
  await stream.nextResult();
  stream.pause();
  server.state.answer = { data: 'x'.repeat(20_000_000) };
  await server.pass(45_000);
  expect(await server.metrics.text()).toContain('switchboard_live_subscriptions{transport="sse"} 0');
  stream.close();
});

test('renders an event once', () => {
  const toFrame = createFrames();
  const event = { json: '{"data":1}', isReplaceable: true };
  expect(toFrame(event).toString()).toBe('event: next\ndata: {"data":1}\n\n');
  expect(toFrame(event)).toBe(toFrame(event));
});
