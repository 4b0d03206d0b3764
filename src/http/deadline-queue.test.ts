import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manualClock, steppedClock } from '../../test/support/clock.ts';
import { createDeadlineQueue } from './deadline-queue.ts';

const LENGTH_MS = 100;

describe('a queue of deadlines', () => {
  test('calls back at the time of each, with one timer for all', () => {
    const clock = manualClock();
    const addDeadline = createDeadlineQueue(clock, LENGTH_MS);
    const called: (readonly [string, number])[] = [];
    for (const name of ['a', 'b', 'c']) {
      addDeadline(() => called.push([name, clock.monotonicMs()]));
      expect(clock.pendingTimers()).toBe(1);
      clock.advance(10);
    }
    clock.advance(LENGTH_MS);
    expect(called).toEqual([
      ['a', 100],
      ['b', 110],
      ['c', 120],
    ]);
    expect(clock.pendingTimers()).toBe(0);
  });

  test('leaves no timer behind the last deadline that was removed', () => {
    const clock = manualClock();
    const addDeadline = createDeadlineQueue(clock, LENGTH_MS);
    const removals = [1, 2].map(() =>
      addDeadline(() => {
        throw new Error('a removed deadline');
      }),
    );
    for (const remove of removals) {
      expect(clock.pendingTimers()).toBe(1);
      remove();
    }
    expect(clock.pendingTimers()).toBe(0);
    clock.advance(LENGTH_MS);
  });

  test('trusts a timer that fires early by the monotonic clock', async () => {
    const addDeadline = createDeadlineQueue(steppedClock(0), 1);
    await new Promise<void>((resolve) => {
      addDeadline(resolve);
    });
  });

  test('is independent of the wall clock', () => {
    const clock = manualClock();
    const addDeadline = createDeadlineQueue(clock, LENGTH_MS);
    let calls = 0;
    addDeadline(() => (calls += 1));
    clock.setWallClock(0);
    clock.advance(LENGTH_MS - 1);
    expect(calls).toBe(0);
    clock.advance(1);
    expect(calls).toBe(1);
  });

  test('does what a timer for each deadline does', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add'), addsAnother: fc.boolean() }),
      fc.record({ kind: fc.constant('remove'), nth: fc.nat(20) }),
      fc.record({ kind: fc.constant('advance'), ms: fc.nat(2 * LENGTH_MS) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const run = (createAdd: (clock: ReturnType<typeof manualClock>) => (callback: () => void) => () => void) => {
          const clock = manualClock();
          const add = createAdd(clock);
          const [called, removals]: [(readonly [number, number])[], (() => void)[]] = [[], []];
          const addNumbered = (addsAnother: boolean): void => {
            const number = removals.length;
            const remove = add(() => {
              called.push([number, clock.monotonicMs()]);
              if (addsAnother) addNumbered(false);
            });
            removals.push(remove);
          };
          for (const each of steps) {
            if ('addsAnother' in each) addNumbered(each.addsAnother);
            else if ('nth' in each) removals[each.nth]?.();
            else clock.advance(each.ms);
          }
          return { called, hasTimer: clock.pendingTimers() > 0 };
        };
        expect(run((clock) => createDeadlineQueue(clock, LENGTH_MS))).toEqual(
          run((clock) => (callback) => clock.setTimer(LENGTH_MS, callback)),
        );
      }),
    );
  });
});
