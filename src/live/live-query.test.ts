import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { callerNamed, freeTurn, liveAnswer, recordingSubscriber } from '../../test/support/live-fixtures.ts';
import { createLiveQuery } from './live-query.ts';
import type { LiveAnswer } from './ports.ts';

function setUp(more: Partial<LiveAnswer> = {}) {
  const clock = manualClock();
  const state = { json: '1', runs: 0, empties: 0, revoked: new Set<string>(), error: null as Error | null, more };
  const query = createLiveQuery({
    clock,
    minIntervalMs: 2000,
    execute: () =>
      state.error
        ? Promise.reject(state.error)
        : Promise.resolve(liveAnswer(state.json, clock.monotonicMs() + 1000, state.more)),
    takeTurn: freeTurn,
    openFeed: () => {
      throw new Error('not of changes');
    },
    isAuthorized: ({ name }) => !state.revoked.has(name),
    onRun: () => {
      state.runs += 1;
    },
    onFailure: () => undefined,
    onEmpty: () => {
      state.empties += 1;
    },
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await flushPromises();
  };
  return { clock, state, query, pass };
}

describe('a live query', () => {
  test('is executed once for all its subscribers, and sends them the same event where the answer differs', async () => {
    const { state, query, pass } = setUp();
    const [one, two] = [recordingSubscriber(callerNamed('a')), recordingSubscriber(callerNamed('b'))];
    await Promise.all([query.join(one.subscriber), query.join(two.subscriber)]);
    await pass(5000);
    expect(state.runs).toBe(2);
    expect(one.texts()).toEqual(['1']);
    state.json = '2';
    await pass(5000);
    expect(one.texts()).toEqual(['1', '2']);
    expect(two.events).toEqual(one.events);
    expect(two.events[1]).toBe(one.events[1]);
    expect(state.runs).toBe(3);
  });

  test('raises an interval that is too short to the least', async () => {
    const { state, query, pass } = setUp({ field: { name: 'agents', args: { minIntervalSeconds: -1 } } });
    await query.join(recordingSubscriber().subscriber);
    await pass(1999);
    expect(state.runs).toBe(1);
    await pass(1);
    expect(state.runs).toBe(2);
  });

  test('rejects no subscriber that leaves before its first answer', async () => {
    const { query, state } = setUp();
    const early = recordingSubscriber();
    const joining = query.join(early.subscriber);
    query.leave(early.subscriber);
    await joining;
    expect([early.events, early.ends, state.empties]).toEqual([[], [], 1]);
  });

  test('answers one who joins later at once, and with what follows where the answer has just expired', async () => {
    const { state, query, pass } = setUp();
    await query.join(recordingSubscriber().subscriber);
    const [soon, late] = [recordingSubscriber(), recordingSubscriber()];
    await pass(500);
    await query.join(soon.subscriber);
    expect(state.runs).toBe(1);
    state.json = '2';
    await pass(500);
    await query.join(late.subscriber);
    expect([state.runs, late.texts()]).toEqual([2, ['1']]);
    await pass(0);
    expect([soon.texts(), late.texts()]).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  test('ends after the one answer of a query, and after a rejection', async () => {
    for (const more of [{ field: null }, { field: null, isRejected: true }]) {
      const { state, query, pass } = setUp(more);
      const one = recordingSubscriber();
      await query.join(one.subscriber);
      expect([one.texts(), one.ends]).toEqual([['1'], ['complete']]);
      expect(one.events[0]?.isRejected).toBe(more.isRejected === true);
      expect(state.empties).toBe(1);
      await pass(60_000);
      expect(state.runs).toBe(1);
    }
  });

  test('stays open where a later execution is rejected, with the errors as an event', async () => {
    const { state, query, pass } = setUp();
    const one = recordingSubscriber();
    await query.join(one.subscriber);
    Object.assign(state, { json: 'errors', more: { isRejected: true, field: null } });
    await pass(5000);
    Object.assign(state, { json: '3', more: {} });
    await pass(5000);
    expect([one.texts(), one.ends]).toEqual([['1', 'errors', '3'], []]);
  });

  test('ends the subscription of a caller whose credentials are no longer valid, before it is executed again', async () => {
    const { state, query, pass } = setUp();
    const [one, two] = [recordingSubscriber(callerNamed('a')), recordingSubscriber(callerNamed('b'))];
    await Promise.all([query.join(one.subscriber), query.join(two.subscriber)]);
    state.revoked.add('a');
    state.json = '2';
    await pass(5000);
    expect([one.texts(), one.ends]).toEqual([['1'], ['unauthenticated']]);
    expect([two.texts(), two.ends]).toEqual([['1', '2'], []]);
  });

  test('is executed no further without a subscriber', async () => {
    const { clock, state, query, pass } = setUp();
    const one = recordingSubscriber();
    await query.join(one.subscriber);
    query.leave(one.subscriber);
    await pass(60_000);
    expect([state.runs, state.empties, clock.pendingTimers()]).toEqual([1, 1, 0]);
  });

  test('refuses a subscriber where the first execution is refused', async () => {
    const { state, query } = setUp();
    state.error = new Error('overloaded');
    expect(await rejectionOf(query.join(recordingSubscriber().subscriber))).toBe(state.error);
    expect(state.empties).toBe(1);
  });
});
