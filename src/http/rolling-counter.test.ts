import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manualClock } from '../../test/support/clock.ts';
import { createRollingCounter } from './rolling-counter.ts';

test('counts all events of the last nine tenths of the window, and none older than the window (any event times)', () => {
  const steps = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 25_000 }), adds: fc.integer({ min: 0, max: 3 }) }));
  fc.assert(
    fc.property(steps, (events) => {
      const clock = manualClock();
      const count = createRollingCounter(10_000, clock);
      const times: number[] = [];
      for (const { gap, adds } of events) {
        clock.advance(gap);
        for (let i = 0; i < adds; i += 1) {
          count.add();
          times.push(clock.monotonicMs());
        }
        const since = (ms: number) => times.filter((at) => at > clock.monotonicMs() - ms).length;
        expect(count.total()).toBeGreaterThanOrEqual(since(9000));
        expect(count.total()).toBeLessThanOrEqual(since(10_000));
      }
    }),
  );
});

test('starts from zero after clear()', () => {
  const count = createRollingCounter(1000, manualClock());
  count.add();
  count.clear();
  expect(count.total()).toBe(0);
});
