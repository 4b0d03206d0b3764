import { createEventStreamParser } from '../../packages/client/src/event-stream.ts';

/**
 * Reads the results of a response of [GraphQL over SSE](https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md) as texts, until the
 * gateway completes the stream. A response that is no stream, such as a refusal, is one result.
 */
export async function* readEvents(response: Response): AsyncGenerator<string> {
  const mediaType = response.headers.get('content-type') ?? '';
  if (!response.body || !mediaType.startsWith('text/event-stream')) {
    yield await response.text();
    return;
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const results: string[] = [];
  let isComplete = false;
  const push = createEventStreamParser(({ type, data }) => {
    if (type === 'next' && !isComplete) results.push(data);
    if (type === 'complete') isComplete = true;
  });
  try {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the parser's callback changes it
    while (!isComplete) {
      const { value, done } = await reader.read();
      if (done) throw new Error('The stream ended before the gateway completed it. Run the subscription again.');
      push(decoder.decode(value, { stream: true }));
      yield* results.splice(0);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
