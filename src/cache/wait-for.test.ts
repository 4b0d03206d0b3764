import { expect, test } from '@jest/globals';
import { vendorError } from '../../test/support/cache-harness.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createAbortListeners } from '../http/abort.ts';
import type { CacheConditions } from '../http/types.ts';
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
  const createKey = (id: string, accepts?: CacheConditions) =>
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
      accepts,
    );
  const keys = [createKey('a'), createKey('b')] as const;
  const known: string[] = [];
  const onKnown = (id: string) => known.push(id);
  const wait = (waitUntilMs?: number) =>
    waitFor(keys, { signal: caller.signal, waitUntilMs, onKnown, clock, addAbortListener });
  return { clock, caller, keys, known, wait, createKey, addAbortListener };
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

test('is no reader of a key any more once it has ended', async () => {
  const { keys, caller, wait } = setUp();
  const reads = keys.map((key) => {
    const readers = new Set<unknown>();
    const [add, remove] = [key.addReader.bind(key), key.removeReader.bind(key)];
    key.addReader = (reader) => {
      readers.add(reader);
      add(reader);
    };
    key.removeReader = (reader) => {
      readers.delete(reader);
      remove(reader);
    };
    return readers;
  });
  const waiting = wait();
  expect(reads.map(({ size }) => size)).toEqual([1, 1]);
  caller.abort();
  await waiting;
  expect(reads.map(({ size }) => size)).toEqual([0, 0]);
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

/** A reader of two renewals that wait for the rate limit; the test says what is found meanwhile. */
async function waitForRenewals(foundOfB: ReadOutcome | null = outcomeOf('known b')) {
  const { clock, caller, createKey, addAbortListener } = setUp();
  const [a, b] = [createKey('a', {}), createKey('b', {})];
  const found = Promise.withResolvers<ReadOutcome | undefined>();
  const waiting = waitFor([a, b], {
    ...{ signal: caller.signal, waitUntilMs: clock.monotonicMs() + 5000, clock, addAbortListener },
    onKnown: () => undefined,
    findWhileRenewalWaits: (key) => (key === a ? found.promise : Promise.resolve(foundOfB ?? undefined)),
  });
  for (const key of [a, b]) key.startWaiting(() => outcomeOf('gave up'));
  await flushPromises();
  return { clock, a, b, found, waiting };
}

test('passes on what is found while a renewal waits, and waits for the other keys', async () => {
  const { clock, found, waiting } = await waitForRenewals();
  found.resolve(undefined);
  await flushPromises();
  clock.advance(5000);
  expect((await waiting).outcomes).toEqual(
    new Map([
      ['b', outcomeOf('known b')],
      ['a', outcomeOf('gave up')],
    ]),
  );
});

test('sets no timer for a look-up that ends after the wait', async () => {
  const { clock, a, found, waiting } = await waitForRenewals();
  a.settle(outcomeOf('renewed a'));
  expect((await waiting).outcomes.get('a')).toEqual(outcomeOf('renewed a'));
  found.resolve(undefined);
  await flushPromises();
  expect(clock.pendingTimers()).toBe(0);
});

test('fails a key once whose look-up fails, whatever comes after', async () => {
  const { clock, a, b, found, waiting } = await waitForRenewals(null);
  const error = new Error('a bug');
  found.reject(error);
  await flushPromises();
  a.settle(outcomeOf('late'));
  b.settle(outcomeOf('renewed b'));
  const { outcomes, failures } = await waiting;
  expect([[...outcomes.keys()], failures, clock.pendingTimers()]).toEqual([['b'], new Map([['a', error]]), 0]);
});
