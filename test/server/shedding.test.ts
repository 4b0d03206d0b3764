import { afterEach, expect, test } from '@jest/globals';
import { anybody } from '../../src/request/caller.ts';
import { Refusal } from '../../src/server/refusal.ts';
import { createShedding } from '../../src/server/shedding.ts';
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

/** Something that goes on until it is told to end, and knows how often it was begun. */
function held<Result>() {
  const end = Promise.withResolvers<Result>();
  const waiting = new Map<number, () => void>();
  let begun = 0;
  return {
    end: end.resolve,
    begin: () => {
      begun += 1;
      waiting.get(begun)?.();
      return end.promise;
    },
    /** Resolves once it was begun so often. */
    begun: (count: number) =>
      new Promise<void>((resolve) => {
        waiting.set(count, resolve);
        if (begun >= count) resolve();
      }),
  };
}

/** Everything but queries goes on as ever. */
async function expectWatchable(): Promise<void> {
  toy?.server.ready();
  for (const path of ['/healthz', '/readyz', '/metrics', '/graphiql']) {
    expect((await toy?.get(path))?.status).toBe(200);
  }
}

test('as many queries at a time as the limit says are answered, the next one is refused at once', async () => {
  const query = held<string>();
  toy = await startToy({ limits: { maxInFlight: 2 }, wait: query.begin });
  const running = [toy.post({ query: '{ wait }' }), toy.post({ query: '{ wait }' })];
  await query.begun(2);
  await expectShed(await hello(), 'in_flight');
  await expectWatchable();
  query.end('done');
  for (const response of await Promise.all(running)) expect(response.status).toBe(200);
  expect((await hello()).status).toBe(200);
});

test('callers who have queries under way leave the last tenth of the places to those who have none', async () => {
  const query = held<string>();
  const own = (toy = await startToy({
    limits: { maxInFlight: 20 },
    authenticate: (name) => Promise.resolve({ ...anybody, name: String(name) }),
    wait: query.begin,
  }));
  const ask = (authorization: string, asked: string) => own.post({ query: asked }, { authorization });
  const running = [...Array.from({ length: 16 }, () => ask('greedy', '{ wait }')), ask('modest', '{ wait }')];
  await query.begun(17);
  // Who has two under way and an answer to one has one.
  expect((await ask('modest', '{ hello }')).status).toBe(200);
  running.push(ask('greedy', '{ wait }'));
  await query.begun(18);

  await expectShed(await ask('greedy', '{ hello }'), 'in_flight');
  expect((await ask('modest', '{ hello }')).status).toBe(503);
  for (let i = 0; i < 3; i += 1) expect((await ask('other', '{ hello }')).status).toBe(200);
  query.end('done');
  for (const response of await Promise.all(running)) expect(response.status).toBe(200);
});

test('who had several under way and has none left is one of those who have none', () => {
  const gauges = { eventLoopDelayMs: () => 0, heapShare: () => 0 };
  const enter = createShedding({ maxInFlight: 10, gauges, clock: manualClock(), onShed: () => undefined });
  const come = (name: string) => enter({ ...anybody, name });
  const both = [come('modest'), come('modest')];
  for (const leave of both) leave();
  for (let i = 0; i < 9; i += 1) come('greedy');
  expect(() => come('greedy')).toThrow(Refusal);
  expect(come('modest')).toEqual(expect.any(Function));
});

test('where callers cannot be told apart, all places are for all', async () => {
  const query = held<string>();
  const own = (toy = await startToy({ limits: { maxInFlight: 20 }, wait: query.begin }));
  const running = Array.from({ length: 20 }, () => own.post({ query: '{ wait }' }));
  await query.begun(20);
  query.end('done');
  for (const response of await Promise.all(running)) expect(response.status).toBe(200);
});

test('who waits to be recognised takes no place', async () => {
  const recognising = held<{ failure: 'unknown_signer' }>();
  toy = await startToy({
    limits: { maxInFlight: 1 },
    authenticate: (name) => (name ? Promise.resolve({ ...anybody, name }) : recognising.begin()),
  });
  const strangers = Array.from({ length: 5 }, hello);
  await recognising.begun(5);
  expect((await toy.post({ query: '{ hello }' }, { authorization: 'known' })).status).toBe(200);
  recognising.end({ failure: 'unknown_signer' });
  for (const response of await Promise.all(strangers)) expect(response.status).toBe(401);
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
