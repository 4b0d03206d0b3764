import { expect, test } from '@jest/globals';
import type { LiveEvent } from '../live/subscriber.ts';
import { createEventQueue } from './event-queue.ts';

function setUp() {
  const written: string[] = [];
  const outcomes: string[] = [];
  const state = { takesMore: true, overflows: 0 };
  const queue = createEventQueue({
    write: ({ json }) => {
      written.push(json);
      return state.takesMore;
    },
    onOutcome: (outcome) => outcomes.push(outcome),
    onOverflow: () => {
      state.overflows += 1;
    },
  });
  return { written, outcomes, state, queue };
}

function event(json: string, isReplaceable = true): LiveEvent {
  return { json, isReplaceable };
}

test('keeps the latest event only for a reader that takes no more', () => {
  const { written, outcomes, state, queue } = setUp();
  state.takesMore = false;
  for (const json of ['1', '2', '3', '4']) queue.push(event(json));
  expect(written).toEqual(['1']);
  queue.drain();
  expect(written).toEqual(['1', '4']);
  expect(outcomes).toEqual(['sent', 'coalesced', 'coalesced', 'sent']);
});

test('keeps every event that reports a change, in order', () => {
  const { written, state, queue } = setUp();
  state.takesMore = false;
  for (const json of ['1', '2', '3']) queue.push(event(json, false));
  state.takesMore = true;
  queue.drain();
  expect(written).toEqual(['1', '2', '3']);
});

test('gives up a reader for which too much waits, but never for one event', () => {
  const { state, queue } = setUp();
  state.takesMore = false;
  const large = 'x'.repeat(3_000_000);
  queue.push(event('1', false));
  queue.push(event(large + large, false));
  expect(state.overflows).toBe(0);
  queue.push(event('2', false));
  expect(state.overflows).toBe(1);
});
