import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCaller, createTestCache, fetching, namespace } from '../../test/support/cache-harness.ts';
import { manualClock } from '../../test/support/clock.ts';
import { HOUR, SECOND } from '../domain/time.ts';
import { createSteadyClock } from './steady-clock.ts';

/** What an administrator or a time server sets at once. */
const jumpMs = fc.oneof(fc.constant(0), fc.integer({ min: -HOUR, max: -50 }), fc.integer({ min: 50, max: HOUR }));

test('advances with the monotonic clock, however the wall clock is set, and converts to it and back', () => {
  const jumps = fc.array(fc.record({ setBy: jumpMs, ms: fc.nat(HOUR) }));
  fc.assert(
    fc.property(jumps, (steps) => {
      const clock = manualClock();
      const steady = createSteadyClock(clock);
      for (const { setBy, ms } of steps) {
        const before = steady.now();
        clock.setWallClock(clock.now() + setBy);
        expect(steady.now()).toBe(before);
        clock.advance(ms);
        expect(steady.now()).toBe(before + ms);
        expect(steady.toWallClock(before)).toBe(clock.now() - ms);
        expect(steady.toSteady(clock.now())).toBe(steady.now());
      }
    }),
  );
});

test('converts an instant to the same one each time, although the two clocks are not read at once', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ ms: fc.nat(HOUR), jitterMs: fc.integer({ min: -9, max: 9 }) })), (readings) => {
      const clock = manualClock();
      let jitterMs = 0;
      const steady = createSteadyClock({ ...clock, now: () => clock.now() + jitterMs });
      const instant = steady.now();
      const converted = steady.toWallClock(instant);
      for (const reading of readings) {
        clock.advance(reading.ms);
        ({ jitterMs } = reading);
        expect(steady.toWallClock(instant)).toBe(converted);
      }
    }),
  );
});

test.each([HOUR, -HOUR])('a wall clock set by %d ms neither extends nor ends the life of a value', async (setBy) => {
  const { cache, clock } = createTestCache();
  await cache.readMany(namespace, ['a'], createCaller().context, fetching('A', 60));
  clock.advance(59 * SECOND);
  clock.setWallClock(clock.now() + setBy);
  expect(await cache.peek(namespace, ['a'])).toEqual([{ value: 'A' }]);
  const nextChanges: number[] = [];
  const restrictCache = (at: number) => nextChanges.push(at - clock.now());
  const context = { ...createCaller().context, restrictCache };
  expect(await cache.readMany(namespace, ['a'], context, fetching('B'))).toMatchObject([
    { value: 'A', fetchedAt: clock.now() - 59 * SECOND },
  ]);
  expect(nextChanges).toEqual([SECOND]);
  clock.advance(SECOND);
  expect(await cache.peek(namespace, ['a'])).toEqual([undefined]);
  await cache.primeMany(namespace, [['a', { value: 'C', ttlSeconds: 60 }]], clock.now());
  expect(await cache.peek(namespace, ['a'])).toEqual([{ value: 'C' }]);
});
