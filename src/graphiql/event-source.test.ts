import { expect, test } from '@jest/globals';
import { readEvents } from './event-source.ts';

const STREAM = { 'content-type': 'text/event-stream; charset=utf-8' };

function streamOf(...parts: readonly string[]): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
  return new Response(body, { headers: STREAM });
}

test('yields the data of each event until the stream is complete', async () => {
  const response = streamOf(
    ':\n\nevent: next\ndata: {"a"',
    ':1}\n\nevent: next\ndata: 2\n\nevent: complete\n',
    'data: \n\n',
  );
  expect(await Array.fromAsync(readEvents(response))).toEqual(['{"a":1}', '2']);
});

test('yields what is no stream as one result', async () => {
  expect(await Array.fromAsync(readEvents(new Response('{"errors":[]}', { status: 401 })))).toEqual(['{"errors":[]}']);
});

test('throws where the stream breaks off, after the events before', async () => {
  const seen: string[] = [];
  const read = async () => {
    for await (const result of readEvents(streamOf('event: next\ndata: 1\n\n'))) seen.push(result);
  };
  await expect(read()).rejects.toThrow('ended before the gateway completed it');
  expect(seen).toEqual(['1']);
});

test('cancels the stream when its reader leaves', async () => {
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('event: next\ndata: 1\n\n'));
    },
    cancel: () => {
      isCancelled = true;
    },
  });
  for await (const result of readEvents(new Response(body, { headers: STREAM }))) {
    expect(result).toBe('1');
    break;
  }
  expect(isCancelled).toBe(true);
});
