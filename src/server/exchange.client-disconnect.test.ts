import { describe, expect, test } from '@jest/globals';
import { startTestServer } from '../../test/support/server-harness.ts';

describe('a client that disconnects', () => {
  test('aborts the work for a client that disconnects and logs status 499', async () => {
    const started = Promise.withResolvers<undefined>();
    const abortReason = Promise.withResolvers<unknown>();
    const own = await startTestServer({
      wait: (request) => {
        started.resolve(undefined);
        return new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => {
            abortReason.resolve(request.signal.reason);
            reject(new Error('aborted'));
          });
        });
      },
    });
    const client = new AbortController();
    const answer = fetch(`${own.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ wait }"}',
      signal: client.signal,
    });
    await started.promise;
    client.abort();
    await expect(answer).rejects.toThrow();
    expect(await abortReason.promise).toMatchObject({ name: 'AbortError' });
    expect(await own.accessLog(1)).toMatchObject([{ status: 499, path: '/graphql' }]);
    expect(await own.metrics.text()).toContain('switchboard_http_requests_in_flight 0');
    await own.stop();
  });

  test('releases the request of a client that disconnects while it sends its body', async () => {
    const own = await startTestServer();
    await new Promise<void>((resolve) => {
      const client = new AbortController();
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(Buffer.from('{"query":'));
          setImmediate(() => {
            client.abort();
          });
        },
      });
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        duplex: 'half',
        signal: client.signal,
      };
      fetch(`${own.url}/graphql`, init as RequestInit).catch(() => {
        resolve();
      });
    });
    expect((await own.get('/healthz')).status).toBe(200);
    await own.stop();
    expect(await own.metrics.text()).toContain('switchboard_http_requests_in_flight 0');
  });
});
