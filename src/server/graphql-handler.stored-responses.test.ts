import { expect, test } from '@jest/globals';
import { HELLO_QUERY, readError, startTestServer, type TestServer } from '../../test/support/server-harness.ts';
import { systemClock } from '../domain/clock.ts';
import { createResponseCache } from './response-cache/response-cache.ts';

function startCachingServer(options: Parameters<typeof startTestServer>[0] = {}) {
  const responses = createResponseCache({ maxBytes: 100_000, clock: systemClock, onRead: () => undefined });
  return startTestServer({ responses, ...options });
}

/** A response that took no vendor call is stored when it is asked for again. */
async function storeResponse({ post }: Pick<TestServer, 'post'>): Promise<void> {
  await post(HELLO_QUERY);
  expect((await post(HELLO_QUERY)).headers.get('cache-status')).toBe('switchboard; fwd=miss; stored');
}

test('a stored response is sent although the process is overloaded, and no other one is', async () => {
  let heapUsedRatio = 0;
  const own = await startCachingServer({
    gauges: { heapUsedRatio: () => heapUsedRatio },
  });
  await storeResponse(own);
  heapUsedRatio = 1;
  const stored = await own.post(HELLO_QUERY);
  expect([stored.status, stored.headers.get('cache-status')]).toEqual([200, 'switchboard; hit']);
  expect(await readError(await own.post({ query: '{ hello }' }))).toEqual({ status: 503, code: 'OVERLOADED' });
  await own.stop();
});

test('a stored response counts for the limits of its caller', async () => {
  const own = await startCachingServer({ limits: { callerRequestsPerMinute: 3 } });
  await storeResponse(own);
  await own.post(HELLO_QUERY);
  expect(await readError(await own.post(HELLO_QUERY))).toEqual({ status: 429, code: 'RATE_LIMITED' });
  await own.stop();
});

test('the access log names the operation of a stored response', async () => {
  const own = await startCachingServer();
  await storeResponse(own);
  await own.post(HELLO_QUERY);
  expect((await own.accessLog(3)).map(({ operation }) => operation)).toEqual(['Greet', 'Greet', 'Greet']);
  await own.stop();
});

test('a trace is always executed', async () => {
  const own = await startCachingServer();
  await storeResponse(own);
  const traced = await own.post(HELLO_QUERY, { 'switchboard-explain': 'trace' });
  expect(traced.headers.get('cache-status')).toBeNull();
  await own.stop();
});

test('requests at the same time share one execution, and each gets its own headers', async () => {
  let executions = 0;
  let waiting = 0;
  const responses = createResponseCache({ maxBytes: 100_000, clock: systemClock, onRead: () => undefined });
  const { promise: answered, resolve } = Promise.withResolvers<string>();
  const own = await startTestServer({
    responses: {
      ...responses,
      execute: (...args) => {
        waiting += 1;
        return responses.execute(...args);
      },
    },
    wait: () => {
      executions += 1;
      return answered;
    },
  });
  const pending = ['one', 'two', 'three'].map((id) => own.post({ query: '{ wait }' }, { 'x-request-id': id }));
  while (executions === 0 || waiting < 3) await new Promise(setImmediate);
  resolve('done');
  const all = await Promise.all(pending);
  expect(all.map((each) => each.headers.get('x-request-id'))).toEqual(['one', 'two', 'three']);
  expect(await Promise.all(all.map((each) => each.json()))).toEqual(all.map(() => ({ data: { wait: 'done' } })));
  expect(executions).toBe(1);
  await own.stop();
});
