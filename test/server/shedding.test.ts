import { afterEach, expect, test } from '@jest/globals';
import { manualClock } from '../support/clock.ts';
import { refusalOf, startToy, type Toy } from './support.ts';

let toy: Toy | undefined;
afterEach(() => toy?.stop());

const hello = () => toy?.post({ query: '{ hello }' }) ?? Promise.reject(new Error('no toy'));

async function expectShed(response: Response, reason: string): Promise<void> {
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await refusalOf(response)).toEqual({ status: 503, code: 'OVERLOADED' });
  expect(await toy?.metrics.text()).toContain(`switchboard_shed_total{reason="${reason}"}`);
}

/** Everything but queries goes on as ever. */
async function expectWatchable(): Promise<void> {
  toy?.server.ready();
  for (const path of ['/healthz', '/readyz', '/metrics', '/graphiql']) {
    expect((await toy?.get(path))?.status).toBe(200);
  }
}

test('as many queries at a time as the limit says are answered, the next one is refused at once', async () => {
  const held = Promise.withResolvers<string>();
  toy = await startToy({ limits: { maxInFlight: 2 }, wait: () => held.promise });
  const running = [toy.post({ query: '{ wait }' }), toy.post({ query: '{ wait }' })];
  const both = 'switchboard_http_requests_in_flight 2';
  while (!(await toy.metrics.text()).includes(both)) await new Promise(setImmediate);
  await expectShed(await hello(), 'in_flight');
  await expectWatchable();
  held.resolve('done');
  for (const response of await Promise.all(running)) expect(response.status).toBe(200);
  expect((await hello()).status).toBe(200);
});

test('a query that fails frees its place', async () => {
  toy = await startToy({ limits: { maxInFlight: 1 } });
  for (let i = 0; i < 3; i += 1) expect((await toy.post('{')).status).toBe(400);
  for (let i = 0; i < 3; i += 1) expect((await toy.post({ query: '{ fail }' })).status).toBe(200);
  expect((await hello()).status).toBe(200);
});

test('an event loop that is late three times in a row: queries are refused until it is not', async () => {
  const clock = manualClock();
  let late = 201;
  toy = await startToy({ clock, gauges: { eventLoopDelayMs: () => late, heapShare: () => 0 } });
  const statusAfter = async (ms: number) => {
    clock.advance(ms);
    return (await hello()).status;
  };
  expect(await statusAfter(1000)).toBe(200);
  expect(await statusAfter(1000)).toBe(200);
  expect(await statusAfter(999)).toBe(200);
  clock.advance(1);
  await expectShed(await hello(), 'event_loop');
  await expectWatchable();
  late = 200;
  expect(await statusAfter(999)).toBe(503);
  expect(await statusAfter(1)).toBe(200);
});

test('late now and then is not overloaded', async () => {
  const clock = manualClock();
  let looks = 0;
  toy = await startToy({
    clock,
    gauges: { eventLoopDelayMs: () => ((looks += 1) % 3 === 0 ? 5 : 900), heapShare: () => 0 },
  });
  for (let i = 0; i < 9; i += 1) {
    clock.advance(1000);
    expect((await hello()).status).toBe(200);
  }
  expect(looks).toBe(9);
});

test('a heap that is nearly full: queries are refused until it is not', async () => {
  // It may fill within a second, so it is looked at with every query: the clock stands still here.
  let share = 0.9;
  toy = await startToy({ clock: manualClock(), gauges: { eventLoopDelayMs: () => 0, heapShare: () => share } });
  expect((await hello()).status).toBe(200);
  share = 0.91;
  await expectShed(await hello(), 'heap');
  await expectWatchable();
  share = 0.5;
  expect((await hello()).status).toBe(200);
});
