import { expect, test } from '@jest/globals';
import { vendorError } from '../../test/support/cache-harness.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createAbortListeners } from '../http/abort.ts';
import type { ReadOutcome } from './freshness.ts';
import { KeyInFlight } from './key-in-flight.ts';
import { SharedFetch } from './shared-fetch.ts';
import { waitFor } from './wait-for.ts';

function outcomeOf(value: string): ReadOutcome {
  return { result: { value, fetchedAt: 0, servedFrom: 'CACHE' }, servedFrom: 'CACHE', nextChangeAt: 0 };
}

function setUp() {
  const clock = manualClock();
  const addAbortListener = createAbortListeners();
  const shutdownSignal = new AbortController().signal;
  const caller = new AbortController();
  const createKey = (id: string) =>
    new KeyInFlight(
      id,
      new SharedFetch({
        clock,
        addAbortListener,
        shutdownSignal,
        createAbortError: vendorError,
        onAbort: () => undefined,
      }),
      0,
      undefined,
    );
  const keys = [createKey('a'), createKey('b')] as const;
  const known: string[] = [];
  const onKnown = (id: string) => known.push(id);
  const wait = (waitUntilMs?: number) =>
    waitFor(keys, { signal: caller.signal, waitUntilMs, onKnown, clock, addAbortListener });
  return { clock, caller, keys, known, wait };
}

test('ends with an outcome or a failure of every key, and leaves their fetches', async () => {
  const { keys, wait } = setUp();
  const [a, b] = keys;
  const waiting = wait();
  const error = new Error('a bug');
  a.fail(error);
  b.settle(outcomeOf('b'));
  expect(await waiting).toEqual({ outcomes: new Map([['b', outcomeOf('b')]]), failures: new Map([['a', error]]) });
  expect([a.fetch.signal.aborted, b.fetch.signal.aborted]).toEqual([true, true]);
});

test('an aborted reader leaves at once, with what is known by then', async () => {
  const { keys, caller, wait, known } = setUp();
  const [a, b] = keys;
  const waiting = wait();
  a.settle(outcomeOf('a'));
  expect(known).toEqual(['a']);
  caller.abort();
  expect(b.fetch.signal.aborted).toBe(true);
  const received = await waiting;
  b.settle(outcomeOf('late'));
  expect([...received.outcomes.keys()]).toEqual(['a']);
});

test('gives up what waits for the rate limit when the time of the reader is over, and what is delayed later at once', async () => {
  const { keys, clock, wait } = setUp();
  const [a, b] = keys;
  const waiting = wait(clock.monotonicMs() + 5000);
  a.startWaiting(() => outcomeOf('gave up a'));
  await flushPromises();
  clock.advance(5000);
  b.startWaiting(() => outcomeOf('gave up b'));
  expect([...(await waiting).outcomes.values()]).toEqual([outcomeOf('gave up a'), outcomeOf('gave up b')]);
});

test('waits for nothing without keys', async () => {
  const { clock, caller } = setUp();
  const waiter = { signal: caller.signal, onKnown: () => undefined, clock, addAbortListener: createAbortListeners() };
  expect(await waitFor([], waiter)).toEqual({ outcomes: new Map(), failures: new Map() });
});
