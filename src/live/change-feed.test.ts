import { expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { period } from '../../test/support/gather-harness.ts';
import { callerNamed, liveAgent } from '../../test/support/live-fixtures.ts';
import type { StatusChange } from '../domain/status-change.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { createChangeFeed } from './change-feed.ts';

function setUp() {
  const clock = manualClock();
  const state = { periods: [] as readonly StatusPeriod[], reads: 0, empties: 0, failing: false };
  const charged: string[][] = [];
  const feed = createChangeFeed({
    clock,
    filter: {},
    intervalMs: 5000,
    takeTurn: ([caller, ...others]) => {
      if (!caller) throw new Error('no caller');
      charged.push([caller, ...others].map(({ name }) => name));
      return Promise.resolve({ caller, release: () => undefined });
    },
    readStatuses: () => {
      state.reads += 1;
      if (state.failing) return Promise.reject(new Error('refused'));
      const readings = [{ agent: liveAgent('jane'), account: 'k', periods: state.periods }];
      return Promise.resolve({ readings, validUntilMs: clock.monotonicMs() + 5000, isShareable: true });
    },
    onFailure: () => undefined,
    onEmpty: () => {
      state.empties += 1;
    },
  });
  const reader = (name: string) => {
    const received: StatusChange[] = [];
    return {
      received,
      callers: () => [callerNamed(name)],
      onChanges: (changes: readonly StatusChange[]) => received.push(...changes),
    };
  };
  return { clock, state, feed, reader, charged };
}

function ongoing(label: string, start: number) {
  return period('k', start, { label, end: null, isOngoing: true });
}

test('reads once for all readers, charges one of them, and passes each change to all', async () => {
  const { clock, state, feed, reader, charged } = setUp();
  state.periods = [ongoing('a', clock.now() - 1000)];
  const [one, two] = [reader('one'), reader('two')];
  const initial: unknown[] = [];
  await Promise.all([one, two].map((each) => feed.join(each, (changes) => initial.push(...changes))));
  expect(initial).toMatchObject([{ isInitial: true }, { isInitial: true }]);
  expect(state.reads).toBe(1);
  state.periods = [{ ...ongoing('b', clock.now()), isOngoing: true }];
  clock.advance(5000);
  await flushPromises();
  expect(state.reads).toBe(2);
  expect(charged[1]).toEqual(['one', 'two']);
  for (const { received } of [one, two]) expect(received).toMatchObject([{ current: { label: 'b' } }]);
});

test('stops reading with its last reader', async () => {
  const { clock, state, feed, reader } = setUp();
  const [one, two] = [reader('one'), reader('two')];
  for (const each of [one, two]) await feed.join(each, () => undefined);
  feed.leave(one);
  expect(state.empties).toBe(0);
  feed.leave(two);
  expect(state.empties).toBe(1);
  clock.advance(60_000);
  await flushPromises();
  expect(state.reads).toBe(1);
  expect(clock.pendingTimers()).toBe(0);
});

test('ends where its first reading is refused', async () => {
  const { state, feed, reader } = setUp();
  state.failing = true;
  expect(await rejectionOf(feed.join(reader('one'), () => undefined))).toMatchObject({ message: 'refused' });
  expect(state.empties).toBe(1);
});
