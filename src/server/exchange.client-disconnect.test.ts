import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
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

  test('is logged once its query has ended, with the vendor calls made until then', async () => {
    const [started, calling] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const own = await startTestServer({
      wait: async (request) => {
        started.resolve(undefined);
        await calling.promise;
        const call = { account: 'kore', endpoint: 'agents', outcome: 'VENDOR_TIMEOUT', servedFrom: 'VENDOR' } as const;
        request.record({ ...call, ms: 5, bytes: 0, keys: 1 });
        throw new Error('aborted');
      },
    });
    const client = new AbortController();
    const answer = rejectionOf(
      fetch(`${own.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ wait }"}',
        signal: client.signal,
      }),
    );
    await started.promise;
    client.abort();
    await answer;
    // The request has ended for the metrics as soon as its client has left.
    const isOver = async () => (await own.metrics.text()).includes('switchboard_http_requests_in_flight 0');
    while (!(await isOver())) await new Promise(setImmediate);
    expect(own.lines.join('')).not.toContain('request completed');
    calling.resolve(undefined);
    expect(await own.accessLog(1)).toMatchObject([{ status: 499, vendorCalls: { kore: 1 } }]);
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
