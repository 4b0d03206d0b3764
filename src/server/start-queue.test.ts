import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createStartQueue } from './start-queue.ts';

function setUp() {
  const clock = manualClock();
  const turns: (() => void)[] = [];
  const started: string[] = [];
  const queue = createStartQueue(clock, (callback) => turns.push(callback));
  return {
    queue,
    started,
    /** Arrives now; its start is noted. */
    arrive: (caller: string, name: string, signal = new AbortController().signal) => {
      const turn = queue.waitForTurn(caller, signal);
      const note = (isTurn: boolean) => started.push(isTurn ? name : `${name} left`);
      if (typeof turn === 'boolean') note(turn);
      else void turn.then(note);
    },
    /** The event loop turns, after a query of this length. */
    turn: async (ms: number) => {
      clock.advance(ms);
      for (const callback of turns.splice(0)) callback();
      await flushPromises();
    },
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

test('starts one query in each turn', async () => {
  const { started, arrive, turn } = setUp();
  for (const name of ['1', '2', '3']) arrive('a', name);
  expect(started).toEqual(['1']);
  await turn(5);
  expect(started).toEqual(['1', '2']);
  await turn(5);
  expect(started).toEqual(['1', '2', '3']);
});

test('lets callers take turns, each with its oldest query', async () => {
  const { started, arrive, turn } = setUp();
  for (const name of ['a1', 'a2', 'a3', 'a4']) arrive('a', name);
  for (const name of ['b1', 'b2']) arrive('b', name);
  for (let i = 0; i < 6; i += 1) await turn(5);
  expect(started).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
});

test('gives no turn to a query whose clients have gone', async () => {
  const { started, arrive, turn } = setUp();
  const client = new AbortController();
  arrive('a', 'first');
  arrive('a', 'abandoned', client.signal);
  arrive('a', 'last');
  client.abort();
  await turn(5);
  expect(started).toEqual(['first', 'abandoned left', 'last']);
});

test('expects a wait by the queries before and the pace of the last starts', async () => {
  const { queue, arrive, turn } = setUp();
  for (let i = 0; i < 60; i += 1) arrive('a', String(i));
  // Nothing is known yet: nothing is refused.
  expect(queue.expectedWaitMs('a')).toBe(0);
  for (let i = 0; i < 49; i += 1) await turn(10);
  expect(queue.expectedWaitMs('a')).toBeCloseTo(100, 0);
  // Another caller's first query has its turn after one of theirs.
  expect(queue.expectedWaitMs('b')).toBeLessThan(25);
});

test('follows the pace when it changes', async () => {
  const { queue, arrive, turn } = setUp();
  for (let i = 0; i < 200; i += 1) arrive('a', String(i));
  for (let i = 0; i < 50; i += 1) await turn(10);
  for (let i = 0; i < 50; i += 1) await turn(1);
  expect(queue.expectedWaitMs('a')).toBeLessThan(100 * 1.5);
});
