import { afterEach, describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { readError, startTestServer, type TestServer } from '../../test/support/server-harness.ts';
import { systemClock } from '../domain/clock.ts';
import { anonymousCaller } from '../request/caller.ts';
import { HttpError } from './http-error.ts';
import { createLoadShedder } from './load-shedding.ts';
import { idleGauges } from './ports.ts';

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

test('gives a caller whose queries have all ended access to the reserved slots again', async () => {
  const acquire = createLoadShedder({
    limits: { maxInFlight: 10, requestTimeoutMs: 30_000 },
    gauges: idleGauges,
    clock: systemClock,
    onShed: () => undefined,
  });
  const acquireAs = (name: string) => acquire({ ...anonymousCaller, name }, new AbortController().signal);
  const both = [await acquireAs('modest'), await acquireAs('modest')];
  for (const slot of both) slot.release();
  for (let i = 0; i < 9; i += 1) await acquireAs('greedy');
  expect(await rejectionOf(acquireAs('greedy'))).toBeInstanceOf(HttpError);
  expect(await acquireAs('modest')).toMatchObject({ release: expect.any(Function) });
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

test('sends two refusals in a millisecond, however many clients return at once', async () => {
  const clock = manualClock();
  const acquire = createLoadShedder({
    limits: { maxInFlight: 0, requestTimeoutMs: 30_000 },
    gauges: idleGauges,
    clock,
    onShed: () => undefined,
  });
  let sent = 0;
  const sentAfter = async (ms: number) => {
    clock.advance(ms);
    await flushPromises();
    return sent;
  };
  for (let i = 0; i < 300; i += 1)
    void acquire(anonymousCaller, new AbortController().signal).catch(() => {
      sent += 1;
    });
  expect(await sentAfter(9)).toBe(0);
  expect(await sentAfter(1)).toBe(21);
  expect(await sentAfter(40)).toBe(101);
  expect(await sentAfter(49)).toBe(199);
  // None waits longer than a tenth of a second.
  expect(await sentAfter(1)).toBe(300);
});

describe('a queue of queries', () => {
  const LIMITS = { maxInFlight: 1000, requestTimeoutMs: 1000 };
  /** More than the starts of one turn of the event loop take. */
  const QUERY_MS = 10;
  /** More than the start of a query takes. */
  const MICROTASKS = 10;

  function setUp() {
    const clock = manualClock();
    const shed: string[] = [];
    const acquire = createLoadShedder({
      limits: LIMITS,
      gauges: idleGauges,
      clock,
      onShed: (reason) => shed.push(reason),
    });
    const outcomes: string[] = [];
    const arrive = async (name: string, signal = new AbortController().signal): Promise<void> => {
      void acquire({ ...anonymousCaller, name }, signal).then(
        () => {
          clock.advance(QUERY_MS);
          outcomes.push('started');
        },
        (error: unknown) => {
          const { status, headers } = error as HttpError;
          outcomes.push(`${status} ${headers['retry-after'] ?? ''}`);
        },
      );
      // As between two requests that are read in one turn.
      for (let i = 0; i < MICROTASKS; i += 1) await Promise.resolve();
    };
    const turn = async (): Promise<void> => {
      await new Promise(setImmediate);
    };
    return { clock, shed, outcomes, arrive, turn };
  }

  test('is as long as a tenth of the request timeout allows at the pace of the process', async () => {
    const { clock, shed, outcomes, arrive, turn } = setUp();
    for (let i = 0; i < 60; i += 1) await arrive('a');
    while (outcomes.length < 55) await turn();
    expect(shed).toEqual([]);
    for (let i = 0; i < 20; i += 1) await arrive('a');
    // Five were waiting: six more make the expected wait longer than 100 ms.
    expect(shed).toEqual(Array(14).fill('queue_wait'));
    expect(outcomes.filter((outcome) => outcome !== 'started')).toEqual([]);
    // What is refused is refused after a pause that slows down clients that return at once.
    clock.advance(10);
    await flushPromises();
    expect(outcomes.filter((outcome) => outcome !== 'started')).toEqual(Array(14).fill('503 1'));
  });

  test('does not refuse the first queries of another caller', async () => {
    const { shed, outcomes, arrive, turn } = setUp();
    for (let i = 0; i < 60; i += 1) await arrive('a');
    while (outcomes.length < 30) await turn();
    await arrive('a');
    expect(shed).toEqual(['queue_wait']);
    await arrive('b');
    expect(shed).toHaveLength(1);
  });

  test('leaves out queries whose clients have disconnected, and frees their slots', async () => {
    const { outcomes, arrive, turn } = setUp();
    const client = new AbortController();
    await arrive('a');
    for (let i = 0; i < 5; i += 1) await arrive('a', client.signal);
    client.abort();
    await turn();
    await flushPromises();
    expect(outcomes).toEqual(['started', ...Array<string>(5).fill('503 1')]);
  });
});

test('rejects queries while the heap is nearly full', async () => {
  // The heap can fill within a second, so it is checked for every query.
  let heapRatio = 0.9;
  testServer = await startTestServer({
    gauges: { heapUsedRatio: () => heapRatio },
  });
  expect((await sendHello()).status).toBe(200);
  heapRatio = 0.91;
  await expectShed(await sendHello(), 'heap');
  await expectProbesServed();
  heapRatio = 0.5;
  expect((await sendHello()).status).toBe(200);
});
