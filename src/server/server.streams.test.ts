import { describe, expect, test } from '@jest/globals';
import { openEventStream } from '../../test/support/event-stream.ts';
import { startLiveServer, SUBSCRIPTION } from '../../test/support/live-harness.ts';
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
