import { HeaderMap } from '@apollo/server';
import { describe, expect, test } from '@jest/globals';
import { timedClock } from '../../test/support/clock.ts';
import { openEventStream } from '../../test/support/event-stream.ts';
import { startLiveServer, SUBSCRIPTION } from '../../test/support/live-harness.ts';
import { startTestServer } from '../../test/support/server-harness.ts';
import { anonymousCaller } from '../request/caller.ts';

describe('the end of a stream', () => {
  test('comes with an error once the token of its caller has expired', async () => {
    const expiresAt = Date.parse('2026-11-20T09:30:20Z');
    const server = await startLiveServer({
      authenticate: () => Promise.resolve({ ...anonymousCaller, name: 'jane', expiresAt }),
    });
    const stream = await openEventStream(server.url, SUBSCRIPTION);
    await stream.nextResult();
    await server.pass(20_000);
    expect(await stream.nextResult()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await stream.next()).toMatchObject({ event: 'complete' });
    expect(await stream.next()).toBeNull();
    await server.stop();
  });

  test('comes in a drain, after the queries in flight are answered, in the order in which streams began', async () => {
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
});

test('counts a stream as a request, but not by its duration', async () => {
  const server = await startLiveServer();
  const stream = await openEventStream(server.url, SUBSCRIPTION);
  await stream.nextResult();
  stream.close();
  while (!(await server.metrics.text()).includes('path="/graphql"')) await server.settle();
  const text = await server.metrics.text();
  expect(text).toContain('http_requests_total{method="POST",path="/graphql",status="499"} 1');
  expect(text).not.toContain('http_request_duration_seconds_count{path="/graphql"}');
  await server.stop();
});
