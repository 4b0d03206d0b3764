import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { period } from '../../test/support/gather-harness.ts';
import { callerNamed, liveAgent, liveAnswer, recordingSubscriber } from '../../test/support/live-fixtures.ts';
import type { StatusChange } from '../domain/status-change.ts';
import type { ChangeFeed, FeedReader } from './change-feed.ts';
import { createChangeStream } from './change-stream.ts';
import { TurnRefusedError } from './live-errors.ts';

function change(label: string, isInitial = false): StatusChange {
  const current = period('k', 0, { label });
  return { agent: liveAgent('jane'), account: 'k', previous: null, current, isInitial, detectedAt: 0 };
}

function setUp() {
  const clock = manualClock();
  const readers: FeedReader[] = [];
  const state = { runs: 0, refusals: 0, left: 0 };
  const initial = [change('a', true), change('b', true)];
  const feed: ChangeFeed = {
    join: (reader, onJoined) => {
      if (!readers.includes(reader)) readers.push(reader);
      onJoined(initial);
      return Promise.resolve();
    },
    refresh: () => undefined,
    leave: () => {
      state.left += 1;
    },
  };
  const stream = createChangeStream({
    clock,
    feed,
    execute: (_, { change: each }) => Promise.resolve(liveAnswer(each?.current?.label ?? '', Infinity)),
    takeTurn: () => {
      if (state.refusals > 0) {
        state.refusals -= 1;
        return Promise.reject(new TurnRefusedError(1000, new Error('later')));
      }
      return Promise.resolve({ caller: callerNamed('one'), release: () => undefined });
    },
    callers: () => [callerNamed('one')],
    beforeChanges: () => undefined,
    deliver: (subscriber, event) => {
      subscriber.onEvent(event);
    },
    onRun: () => {
      state.runs += 1;
    },
    onFailure: (error) => {
      throw error;
    },
  });
  const report = async (...changes: StatusChange[]) => {
    for (const reader of readers) reader.onChanges(changes);
    await flushPromises();
  };
  return { clock, state, stream, report };
}

test('sends what is ongoing to each subscriber, then every change, each rendered once', async () => {
  const { stream, report, state } = setUp();
  const [one, two] = [recordingSubscriber(), recordingSubscriber()];
  await stream.join(one.subscriber);
  await stream.join(two.subscriber);
  expect(state.runs).toBe(2);
  await report(change('c'), change('d'));
  expect(one.texts()).toEqual(['a', 'b', 'c', 'd']);
  expect(two.texts()).toEqual(one.texts());
  expect(one.events[2]).toBe(two.events[2]);
  expect(one.events.every(({ isReplaceable }) => !isReplaceable)).toBe(true);
  expect(state.runs).toBe(4);
});

test('loses no change where it gets no turn, and keeps their order', async () => {
  const { clock, stream, report, state } = setUp();
  const one = recordingSubscriber();
  await stream.join(one.subscriber);
  state.refusals = 1;
  await report(change('c'));
  await report(change('d'));
  expect(one.texts()).toEqual(['a', 'b']);
  clock.advance(1000);
  await flushPromises();
  expect(one.texts()).toEqual(['a', 'b', 'c', 'd']);
});

test('waits for no turn any more once it is closed', async () => {
  const { clock, stream, report, state } = setUp();
  await stream.join(recordingSubscriber().subscriber);
  state.refusals = 1;
  await report(change('c'));
  expect(clock.pendingTimers()).toBe(1);
  stream.close();
  await flushPromises();
  expect(clock.pendingTimers()).toBe(0);
});

test('sends nothing to a subscriber that has left, and leaves the feed when it is closed', async () => {
  const { stream, report, state } = setUp();
  const one = recordingSubscriber();
  await stream.join(one.subscriber);
  stream.leave(one.subscriber);
  await report(change('c'));
  expect(one.texts()).toEqual(['a', 'b']);
  stream.close();
  expect(state.left).toBe(1);
});
