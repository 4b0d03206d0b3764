import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { createPurgeFences } from './purge-fences.ts';

test('stops what was requested until the purge, of the entries that match', () => {
  const clock = manualClock(0);
  const fences = createPurgeFences(clock);
  expect(fences.isPurged('a', 0)).toBe(false);
  clock.advance(10);
  fences.add((id) => id === 'a');
  expect([fences.isPurged('a', 10), fences.isPurged('a', 11), fences.isPurged('b', 10)]).toEqual([true, false, false]);
});

test('forgets a purge after an hour, when the next one is added', () => {
  const clock = manualClock(0);
  const fences = createPurgeFences(clock);
  fences.add(() => true);
  clock.advance(3_600_000);
  fences.add(() => false);
  expect(fences.isPurged('a', 0)).toBe(false);
});
