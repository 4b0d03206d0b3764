import { describe, expect, test } from '@jest/globals';
import { thrownBy } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { callerNamed, freeTurn, liveAnswer, recordingSubscriber } from '../../test/support/live-fixtures.ts';
import { createLiveQueries } from './live-queries.ts';
import type { LiveTransport } from './ports.ts';
import type { StreamEnd } from './subscriber.ts';

function setUp(settings: Partial<Record<'maxSubscriptions' | 'maxSubscriptionsPerCaller', number>> = {}) {
  const clock = manualClock();
  const state = { runs: 0, reads: 0, isLenient: false, count: (_: LiveTransport) => 0 };
  const queries = createLiveQueries({
    settings: () => ({ minIntervalSeconds: 2, maxSubscriptions: 3, maxSubscriptionsPerCaller: 2, ...settings }),
    clock,
    takeTurn: freeTurn,
    readStatuses: () => {
      state.reads += 1;
      return Promise.resolve({ readings: [], validUntilMs: Infinity, isShareable: true });
    },
    isAuthorized: ({ expiresAt = Infinity }) => state.isLenient || clock.now() < expiresAt,
    metrics: {
      watchSubscriptions: (count) => {
        state.count = count;
      },
      liveRun: () => {
        state.runs += 1;
      },
      liveEvent: () => undefined,
    },
    onFailure: (error) => {
      throw error;
    },
  });
  const operation = (key: string, name = 'agents') => ({
    key,
    view: 'all',
    execute: () => {
      const field = { name, args: { minIntervalSeconds: 5 } };
      return Promise.resolve(liveAnswer(key, clock.monotonicMs() + 1000, { field }));
    },
  });
  return { clock, state, queries, operation };
}

describe('the subscriptions of a process', () => {
  test('share the execution of equal operations, and count by transport', async () => {
    const { state, queries, operation } = setUp();
    const subscribers = [recordingSubscriber(callerNamed('a')), recordingSubscriber(callerNamed('b'))];
    const open = subscribers.map(({ subscriber }) => queries.subscribe(operation('x'), subscriber));
    await Promise.all(open.map(({ started }) => started));
    expect([state.runs, state.count('sse'), state.count('websocket')]).toEqual([1, 2, 0]);
    for (const { leave } of open) leave();
    expect(state.count('sse')).toBe(0);
    await queries.subscribe(operation('x'), recordingSubscriber().subscriber).started;
    expect(state.runs).toBe(2);
  });

  test('share one feed of changes where operations differ in what they select', async () => {
    const { state, queries, operation } = setUp();
    for (const [index, key] of ['x', 'y'].entries())
      await queries.subscribe(
        operation(key, 'statusChanges'),
        recordingSubscriber(callerNamed(String(index))).subscriber,
      ).started;
    expect(state.reads).toBe(1);
  });

  test('are executed and read again once what they have sent is not true any more', async () => {
    const { clock, state, queries, operation } = setUp();
    const lasting = {
      ...operation('x'),
      execute: () => Promise.resolve(liveAnswer('x', Infinity, { field: { name: 'agents', args: {} } })),
    };
    await queries.subscribe(lasting, recordingSubscriber(callerNamed('a')).subscriber).started;
    await queries.subscribe(operation('y', 'statusChanges'), recordingSubscriber(callerNamed('b')).subscriber).started;
    const { runs, reads } = state;
    clock.advance(60_000);
    await flushPromises();
    expect([state.runs, state.reads]).toEqual([runs, reads]);
    queries.refreshAll();
    clock.advance(0);
    await flushPromises();
    // The operation of a feed of changes is checked again, too.
    expect([state.runs, state.reads]).toEqual([runs + 2, reads + 1]);
  });

  test('are limited, in total and for each caller, until one ends', async () => {
    const { queries, operation } = setUp();
    const subscribe = (name: string) =>
      queries.subscribe(operation('x'), recordingSubscriber(callerNamed(name)).subscriber);
    const first = subscribe('a');
    subscribe('a');
    expect(thrownBy(() => subscribe('a'))).toMatchObject({ limit: 'caller_subscriptions' });
    subscribe('b');
    expect(thrownBy(() => subscribe('c'))).toMatchObject({ limit: 'subscriptions' });
    first.leave();
    first.leave();
    await subscribe('c').started;
  });

  test('end when a token expires, wherever the next execution is', async () => {
    const { clock, queries, operation } = setUp();
    const one = recordingSubscriber({ ...callerNamed('a'), expiresAt: clock.now() + 3000 });
    await queries.subscribe(operation('x'), one.subscriber).started;
    clock.advance(2999);
    expect(one.ends).toEqual([]);
    clock.advance(1);
    expect(one.ends).toEqual(['unauthenticated']);
    await flushPromises();
    expect(clock.pendingTimers()).toBe(0);
  });

  test('go on while a token counts as valid after its end, which is looked at once a second', async () => {
    const { clock, queries, operation, state } = setUp();
    state.isLenient = true;
    const one = recordingSubscriber({ ...callerNamed('a'), expiresAt: clock.now() + 3000 });
    await queries.subscribe(operation('x'), one.subscriber).started;
    clock.advance(3000);
    expect(one.ends).toEqual([]);
    state.isLenient = false;
    clock.advance(999);
    expect(one.ends).toEqual([]);
    clock.advance(1);
    expect(one.ends).toEqual(['unauthenticated']);
  });

  test('run again at once under another configuration, but for those whose callers it ends', async () => {
    const { state, queries, operation } = setUp();
    const lasting = recordingSubscriber(callerNamed('a'));
    const revoked = recordingSubscriber(callerNamed('b'));
    const changes = recordingSubscriber(callerNamed('c'));
    await queries.subscribe(operation('x'), lasting.subscriber).started;
    await queries.subscribe(operation('x'), revoked.subscriber).started;
    await queries.subscribe(operation('y', 'statusChanges'), changes.subscriber).started;
    expect(state).toMatchObject({ runs: 2, reads: 1 });
    queries.reconfigure(({ name }) => (name === 'b' ? 'unauthenticated' : null));
    await flushPromises();
    expect([lasting.ends, revoked.ends, changes.ends]).toEqual([[], ['unauthenticated'], []]);
    expect(state).toMatchObject({ runs: 4, reads: 2 });
  });

  test('end in the order in which they began, and at once where they begin later', async () => {
    const { queries, operation } = setUp();
    const order: string[] = [];
    const subscribe = async (name: string) => {
      const { subscriber } = recordingSubscriber(callerNamed(name));
      const onEnd = (end: StreamEnd) => order.push(`${name} ${end}`);
      await queries.subscribe(operation(name), { ...subscriber, onEnd }).started;
    };
    await subscribe('b');
    await subscribe('a');
    queries.endAll();
    await subscribe('c');
    expect(order).toEqual(['b shutdown', 'a shutdown', 'c shutdown']);
  });
});
