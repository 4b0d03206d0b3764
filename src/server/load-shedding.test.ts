import { afterEach, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { readError, startTestServer, type TestServer } from '../../test/support/server-harness.ts';
import { anonymousCaller } from '../request/caller.ts';
import { HttpError } from './http-error.ts';
import { createLoadShedder } from './load-shedding.ts';

let testServer: TestServer | undefined;
afterEach(() => testServer?.stop());

function sendHello() {
  return testServer?.post({ query: '{ hello }' }) ?? Promise.reject(new Error('the test server is not running'));
}

async function expectShed(response: Response, reason: string): Promise<void> {
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await readError(response)).toEqual({ status: 503, code: 'OVERLOADED' });
  expect(await testServer?.metrics.text()).toContain(`switchboard_http_requests_shed_total{reason="${reason}"}`);
}

/** A task that runs until `end` is called and counts how often it was started. */
function createPendingTask<Result>() {
  const end = Promise.withResolvers<Result>();
  const waiting = new Map<number, () => void>();
  let startCount = 0;
  return {
    end: end.resolve,
    start: () => {
      startCount += 1;
      waiting.get(startCount)?.();
      return end.promise;
    },
    /** Resolves once the task was started `count` times. */
    startedTimes: (count: number) =>
      new Promise<void>((resolve) => {
        waiting.set(count, resolve);
        if (startCount >= count) resolve();
      }),
  };
}

/** All other paths are served as usual. */
async function expectProbesServed(): Promise<void> {
  testServer?.server.ready();
  for (const path of ['/healthz', '/readyz', '/metrics', '/graphiql']) {
    expect((await testServer?.get(path))?.status).toBe(200);
  }
}

test('runs up to maxInFlight queries and rejects the next one immediately', async () => {
  const query = createPendingTask<string>();
  testServer = await startTestServer({ limits: { maxInFlight: 2 }, wait: query.start });
  const running = [testServer.post({ query: '{ wait }' }), testServer.post({ query: '{ wait }' })];
  await query.startedTimes(2);
  await expectShed(await sendHello(), 'in_flight');
  await expectProbesServed();
  query.end('done');
  for (const response of await Promise.all(running)) expect(response.status).toBe(200);
  expect((await sendHello()).status).toBe(200);
});

test('reserves the last tenth of the slots for callers without a query in flight', async () => {
  const query = createPendingTask<string>();
  const own = (testServer = await startTestServer({
    limits: { maxInFlight: 20 },
    authenticate: (name) => Promise.resolve({ ...anonymousCaller, name: String(name) }),
    wait: query.start,
  }));
  const send = (authorization: string, text: string) => own.post({ query: text }, { authorization });
  const running = [...Array.from({ length: 16 }, () => send('greedy', '{ wait }')), send('modest', '{ wait }')];
  await query.startedTimes(17);
  // A caller with two queries in flight, one of which has ended, still has one.
  expect((await send('modest', '{ hello }')).status).toBe(200);
  running.push(send('greedy', '{ wait }'));
  await query.startedTimes(18);

  await expectShed(await send('greedy', '{ hello }'), 'in_flight');
  expect((await send('modest', '{ hello }')).status).toBe(503);
  for (let i = 0; i < 3; i += 1) expect((await send('other', '{ hello }')).status).toBe(200);
  query.end('done');
  for (const response of await Promise.all(running)) expect(response.status).toBe(200);
});

test('gives a caller whose queries have all ended access to the reserved slots again', () => {
  const gauges = { eventLoopDelayMs: () => 0, heapUsedRatio: () => 0 };
  const acquire = createLoadShedder({ maxInFlight: 10, gauges, clock: manualClock(), onShed: () => undefined });
  const acquireAs = (name: string) => acquire({ ...anonymousCaller, name });
  const both = [acquireAs('modest'), acquireAs('modest')];
  for (const release of both) release();
  for (let i = 0; i < 9; i += 1) acquireAs('greedy');
  expect(() => acquireAs('greedy')).toThrow(HttpError);
  expect(acquireAs('modest')).toEqual(expect.any(Function));
});

test('reserves no slots without authentication', async () => {
  const query = createPendingTask<string>();
  const own = (testServer = await startTestServer({ limits: { maxInFlight: 20 }, wait: query.start }));
  const running = Array.from({ length: 20 }, () => own.post({ query: '{ wait }' }));
  await query.startedTimes(20);
  query.end('done');
  for (const response of await Promise.all(running)) expect(response.status).toBe(200);
});

test('takes no slot for a request that is still being authenticated', async () => {
  const authenticating = createPendingTask<{ failure: 'unknown_signer' }>();
  testServer = await startTestServer({
    limits: { maxInFlight: 1 },
    authenticate: (name) => (name ? Promise.resolve({ ...anonymousCaller, name }) : authenticating.start()),
  });
  const unauthenticated = Array.from({ length: 5 }, sendHello);
  await authenticating.startedTimes(5);
  expect((await testServer.post({ query: '{ hello }' }, { authorization: 'known' })).status).toBe(200);
  authenticating.end({ failure: 'unknown_signer' });
  for (const response of await Promise.all(unauthenticated)) expect(response.status).toBe(401);
});

test('releases the slot of a query that fails', async () => {
  testServer = await startTestServer({ limits: { maxInFlight: 1 } });
  for (let i = 0; i < 3; i += 1) expect((await testServer.post('{')).status).toBe(400);
  for (let i = 0; i < 3; i += 1) expect((await testServer.post({ query: '{ fail }' })).status).toBe(200);
  expect((await sendHello()).status).toBe(200);
});

test('rejects queries after three late event-loop samples in a row, until a sample is in time', async () => {
  const clock = manualClock();
  let eventLoopDelayMs = 201;
  testServer = await startTestServer({
    clock,
    gauges: { eventLoopDelayMs: () => eventLoopDelayMs, heapUsedRatio: () => 0 },
  });
  const statusAfter = async (ms: number) => {
    clock.advance(ms);
    return (await sendHello()).status;
  };
  expect(await statusAfter(1000)).toBe(200);
  expect(await statusAfter(1000)).toBe(200);
  expect(await statusAfter(999)).toBe(200);
  clock.advance(1);
  await expectShed(await sendHello(), 'event_loop');
  await expectProbesServed();
  eventLoopDelayMs = 200;
  expect(await statusAfter(999)).toBe(503);
  expect(await statusAfter(1)).toBe(200);
});

test('accepts queries while the event loop is late only now and then', async () => {
  const clock = manualClock();
  let samples = 0;
  testServer = await startTestServer({
    clock,
    gauges: { eventLoopDelayMs: () => ((samples += 1) % 3 === 0 ? 5 : 900), heapUsedRatio: () => 0 },
  });
  for (let i = 0; i < 9; i += 1) {
    clock.advance(1000);
    expect((await sendHello()).status).toBe(200);
  }
  expect(samples).toBe(9);
});

test('rejects queries while the heap is nearly full', async () => {
  // The heap can fill within a second, so it is checked for every query: the clock stands still here.
  let heapRatio = 0.9;
  testServer = await startTestServer({
    clock: manualClock(),
    gauges: { eventLoopDelayMs: () => 0, heapUsedRatio: () => heapRatio },
  });
  expect((await sendHello()).status).toBe(200);
  heapRatio = 0.91;
  await expectShed(await sendHello(), 'heap');
  await expectProbesServed();
  heapRatio = 0.5;
  expect((await sendHello()).status).toBe(200);
});
