import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createStartQueue } from './start-queue.ts';

function setUp() {
  const clock = manualClock();
  const turns: (() => void)[] = [];
  const microtasksEnd: (() => void)[] = [];
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const queue = createStartQueue(clock, {
    onNextTurn: (callback) => turns.push(callback),
    onStarted: (callback) => microtasksEnd.push(callback),
  });
  async function runAll(callbacks: (() => void)[]): Promise<void> {
    for (const callback of callbacks.splice(0)) callback();
    await flushPromises();
  }
  return {
    queue,
    started,
    /** Arrives now; its start is noted. */
    arrive: (caller: string, name: string, signal = new AbortController().signal) => {
      const note = (onEnded: (() => void) | null) => {
        started.push(onEnded ? name : `${name} left`);
        if (onEnded) ends.push(onEnded);
      };
      const onTurn = queue.waitForTurn(caller, signal);
      if (onTurn instanceof Promise) void onTurn.then(note);
      else note(onTurn);
    },
    /** Those that have started and not ended end. */
    end: () => {
      for (const end of ends.splice(0)) end();
    },
    /** The query that has just started ends after this long, in the same turn of the event loop. */
    endQuery: async (ms: number) => {
      clock.advance(ms);
      await runAll(ends);
      await runAll(microtasksEnd);
    },
    /** The query that has just started waits for a vendor after this long. */
    leaveQuery: async (ms: number) => {
      clock.advance(ms);
      await runAll(microtasksEnd);
    },
    /** The event loop turns, after a query of this length. */
    turn: async (ms: number) => {
      clock.advance(ms);
      await runAll(ends);
      await runAll(microtasksEnd);
      await runAll(turns);
    },
    /** The event loop turns; what has started goes on waiting. */
    turnWhileWaiting: () => runAll(turns),
  };
}

test('starts a query at once where none has started in this turn of the event loop', async () => {
  const { queue, started, arrive, turn } = setUp();
  arrive('a', 'first');
  expect(started).toEqual(['first']);
  await turn(5);
  arrive('a', 'second');
  expect(started).toEqual(['first', 'second']);
  expect(queue.expectedWaitMs('a')).toBe(0);
});

test('starts no other query in the turn of one that waits for a vendor', async () => {
  const { started, arrive, leaveQuery, turnWhileWaiting } = setUp();
  arrive('a', '1');
  await leaveQuery(1);
  for (const name of ['2', '3']) arrive('a', name);
  expect(started).toEqual(['1']);
  await turnWhileWaiting();
  await leaveQuery(1);
  expect(started).toEqual(['1', '2']);
  await turnWhileWaiting();
  expect(started).toEqual(['1', '2', '3']);
});

test('starts the next query at once where no query of this turn waits, however many of others do', async () => {
  const { started, arrive, end, endQuery, leaveQuery, turnWhileWaiting } = setUp();
  arrive('a', '1');
  await leaveQuery(1);
  await turnWhileWaiting();
  arrive('a', '2');
  await leaveQuery(1);
  end();
  for (const name of ['3', '4']) arrive('a', name);
  expect(started).toEqual(['1', '2', '3']);
  await endQuery(1);
  arrive('a', '5');
  expect(started).toEqual(['1', '2', '3']);
});

test('counts the end of a query once, and in its own turn only', async () => {
  const { queue, started, arrive, leaveQuery, turnWhileWaiting } = setUp();
  const first = queue.waitForTurn('a', new AbortController().signal);
  if (!first || first instanceof Promise) throw new Error('it does not start at once');
  await turnWhileWaiting();
  arrive('a', '2');
  first();
  first();
  arrive('a', '3');
  expect(started).toEqual(['2']);
  await leaveQuery(1);
  await turnWhileWaiting();
  expect(started).toEqual(['2', '3']);
});

test('starts queries at once until they have taken five milliseconds of a turn', async () => {
  const { started, arrive, endQuery, turn } = setUp();
  arrive('a', 'first');
  await endQuery(4.9);
  arrive('a', 'second');
  await endQuery(0.1);
  arrive('a', 'third');
  expect(started).toEqual(['first', 'second']);
  await turn(0);
  expect(started).toEqual(['first', 'second', 'third']);
});

test('starts one query in each turn where each takes all of it', async () => {
  const { started, arrive, endQuery, turn } = setUp();
  arrive('a', '1');
  await endQuery(5);
  for (const name of ['2', '3']) arrive('a', name);
  expect(started).toEqual(['1']);
  await turn(5);
  expect(started).toEqual(['1', '2']);
  await turn(5);
  expect(started).toEqual(['1', '2', '3']);
});

test('starts those that wait one after another, as long as a turn has time for them', async () => {
  const { started, arrive, endQuery, turn } = setUp();
  arrive('a', '1');
  await endQuery(5);
  for (const name of ['2', '3', '4', '5']) arrive('a', name);
  await turn(0);
  expect(started).toEqual(['1', '2']);
  await endQuery(2);
  expect(started).toEqual(['1', '2', '3']);
  await endQuery(3);
  expect(started).toEqual(['1', '2', '3']);
  await turn(0);
  expect(started).toEqual(['1', '2', '3', '4']);
});

test('starts no query before those that wait', async () => {
  const { started, arrive, endQuery, turn } = setUp();
  arrive('a', '1');
  await endQuery(5);
  for (const name of ['2', '3']) arrive('a', name);
  await turn(0);
  arrive('a', '4');
  expect(started).toEqual(['1', '2']);
  await endQuery(1);
  await endQuery(1);
  expect(started).toEqual(['1', '2', '3', '4']);
});

test('starts one query in each turn as long as connections arrive', async () => {
  const { queue, started, arrive, endQuery, turn } = setUp();
  queue.onConnection();
  for (const name of ['1', '2', '3', '4', '5', '6']) arrive('a', name);
  expect(started).toEqual(['1']);
  await turn(1);
  await endQuery(1);
  expect(started).toEqual(['1', '2']);
  queue.onConnection();
  await turn(1);
  await endQuery(1);
  expect(started).toEqual(['1', '2', '3']);
  await turn(1);
  await endQuery(1);
  expect(started).toEqual(['1', '2', '3', '4', '5']);
});

test('starts queries for five milliseconds of a turn again, once a turn had no new connection', async () => {
  const { queue, started, arrive, end, turn } = setUp();
  queue.onConnection();
  await turn(0);
  await turn(0);
  for (const name of ['1', '2', '3']) {
    arrive('a', name);
    end();
  }
  expect(started).toEqual(['1', '2', '3']);
});

test('lets callers take turns, each with its oldest query', async () => {
  const { started, arrive, endQuery, turn } = setUp();
  arrive('a', 'first');
  await endQuery(5);
  for (const name of ['a1', 'a2', 'a3', 'a4']) arrive('a', name);
  for (const name of ['b1', 'b2']) arrive('b', name);
  for (let i = 0; i < 6; i += 1) await turn(5);
  expect(started).toEqual(['first', 'a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
});

test('gives no turn to a query whose clients have gone', async () => {
  const { started, arrive, endQuery, turn } = setUp();
  const client = new AbortController();
  arrive('a', 'first');
  await endQuery(5);
  arrive('a', 'abandoned', client.signal);
  arrive('a', 'last');
  client.abort();
  await turn(5);
  expect(started).toEqual(['first', 'abandoned left', 'last']);
});

test('expects a wait by the queries before and the pace of the last starts', async () => {
  const { queue, arrive, endQuery, turn } = setUp();
  arrive('a', '0');
  await endQuery(10);
  for (let i = 1; i < 60; i += 1) arrive('a', String(i));
  // Nothing is known yet: nothing is refused.
  expect(queue.expectedWaitMs('a')).toBe(0);
  await turn(0);
  for (let i = 1; i < 49; i += 1) await turn(10);
  expect(queue.expectedWaitMs('a')).toBeCloseTo(100, 0);
  // Another caller's first query has its turn after one of theirs.
  expect(queue.expectedWaitMs('b')).toBeLessThan(25);
});

test('follows the pace when it changes', async () => {
  const { queue, arrive, endQuery, turn } = setUp();
  arrive('a', '0');
  await endQuery(10);
  for (let i = 1; i < 200; i += 1) arrive('a', String(i));
  for (let i = 0; i < 50; i += 1) await turn(10);
  for (let i = 0; i < 50; i += 1) await turn(1);
  expect(queue.expectedWaitMs('a')).toBeLessThan(100 * 1.5);
});
