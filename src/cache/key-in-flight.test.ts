import { expect, test } from '@jest/globals';
import { vendorError } from '../../test/support/cache-harness.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createAbortListeners } from '../http/abort.ts';
import type { ReadOutcome } from './freshness.ts';
import { KeyInFlight } from './key-in-flight.ts';
import { SharedFetch } from './shared-fetch.ts';

function outcomeOf(value: string): ReadOutcome {
  return { result: { value, fetchedAt: 0, servedFrom: 'CACHE' }, servedFrom: 'CACHE', nextChangeAt: 0 };
}

function setUp() {
  const clock = manualClock();
  const fetch = new SharedFetch({
    clock,
    addAbortListener: createAbortListeners(),
    shutdownSignal: new AbortController().signal,
    createAbortError: vendorError,
    onAbort: () => undefined,
  });
  const key = new KeyInFlight('a', fetch, 0, undefined);
  const received: unknown[] = [];
  const reader = {
    onOutcome: (_id: string, outcome: ReadOutcome) => received.push(outcome),
    onFailure: (_id: string, error: unknown) => received.push(error),
    onDelayed: () => received.push('delayed'),
  };
  return { clock, key, reader, received };
}

test('readers get the first outcome, also one that comes later', () => {
  const { key, reader, received } = setUp();
  key.addReader(reader);
  const outcome = outcomeOf('first');
  key.settle(outcome);
  key.settle(outcomeOf('second'));
  key.fail(new Error('late'));
  key.addReader(reader);
  expect(received).toEqual([outcome, outcome]);
});

test('readers get the failure, also one that comes later', () => {
  const { key, reader, received } = setUp();
  key.addReader(reader);
  const error = new Error('a bug');
  key.fail(error);
  key.settle(outcomeOf('late'));
  key.addReader(reader);
  expect(received).toEqual([error, error]);
});

test('readers are notified of a delay once, a tick later', async () => {
  const { key, reader, received } = setUp();
  key.addReader(reader);
  key.startWaiting(() => outcomeOf('given up'));
  key.continueInBackground(() => undefined);
  key.addReader(reader);
  expect(received).toEqual([]);
  await flushPromises();
  expect(received).toEqual(['delayed', 'delayed']);
});

test('it can be given up only while its request waits', () => {
  const { key } = setUp();
  expect([key.isAsked, key.giveUp()]).toEqual([false, undefined]);
  const outcome = outcomeOf('given up');
  key.startWaiting(() => outcome);
  expect([key.isAsked, key.giveUp()]).toEqual([true, outcome]);
  key.endWaiting();
  expect([key.isAsked, key.giveUp()]).toEqual([true, undefined]);
});

test('a read keeps the background fetch waiting for the rate limit, whatever the reader is served', () => {
  const { key, clock } = setUp();
  key.extendBackground();
  expect([key.serveStale(false), key.backgroundUntilMs]).toEqual([undefined, -Infinity]);
  key.fetch.continueInBackground();
  const outcome = outcomeOf('stale');
  key.continueInBackground(() => outcome);
  const before = key.backgroundUntilMs;
  clock.advance(1000);
  expect(key.serveStale(true)).toBeUndefined();
  expect(key.serveStale(false)).toBe(outcome);
  expect(key.backgroundUntilMs).toBe(before);
  key.extendBackground();
  expect(key.backgroundUntilMs).toBe(before + 1000);
});

test('it becomes urgent once', () => {
  const { key } = setUp();
  let calls = 0;
  key.onUrgent(() => (calls += 1));
  key.raise();
  key.raise();
  expect([key.isUrgent, calls]).toEqual([true, 1]);
});

test('readers are notified again when the start is put off, and only then', async () => {
  const { key, reader, received } = setUp();
  key.addReader(reader);
  for (const startsAfterMs of [1000, 1000, 999, 2000]) {
    key.startWaiting(() => outcomeOf('given up'), startsAfterMs);
    await flushPromises();
  }
  expect(received).toEqual(['delayed', 'delayed']);
  expect(key.startsAfterMs).toBe(2000);
});

test('a reader that is removed receives nothing more', async () => {
  const { key, reader, received } = setUp();
  key.addReader(reader);
  key.removeReader(reader);
  key.startWaiting(() => outcomeOf('given up'));
  await flushPromises();
  key.settle(outcomeOf('late'));
  key.removeReader(reader);
  expect(received).toEqual([]);
});
