import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { createCallWindow } from './call-window.ts';

test('counts calls of the last minute by kind, each once', () => {
  const clock = manualClock();
  const window = createCallWindow(60_000, clock);
  expect([window.add('success', 'a'), window.add('success', 'a'), window.add('failure', 'a')]).toEqual([
    true,
    false,
    true,
  ]);
  clock.advance(55_000);
  window.add('success', 'b');
  expect([window.count('success'), window.count('failure')]).toEqual([2, 1]);
  clock.advance(5000);
  expect([window.count('success'), window.count('failure')]).toEqual([1, 0]);
  clock.advance(3_600_000);
  expect([window.count('success'), window.count('failure')]).toEqual([0, 0]);
});

test('distinguishes a bounded number of calls', () => {
  const window = createCallWindow(60_000, manualClock());
  for (let i = 0; i < 5000; i += 1) window.add('success', `${i}`);
  expect(window.count('success')).toBe(1000);
});
