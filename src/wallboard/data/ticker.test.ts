import { expect, test } from '@jest/globals';
import { createTicker } from './ticker.ts';

test('follows a clock that is set between two ticks at once', () => {
  let now = 0;
  const ticker = createTicker(() => now, { start: () => 7, stop: () => undefined });
  ticker.subscribe(() => undefined);
  now = 900;
  expect(ticker.now()).toBe(0);
  now = 36_000_000;
  expect(ticker.now()).toBe(36_000_000);
  now = 36_000_900;
  expect(ticker.now()).toBe(36_000_000);
  now = 0;
  expect(ticker.now()).toBe(0);
});

test('gives all listeners the same time, and runs only while it has some', () => {
  let now = 0;
  let tick: (() => void) | null = null;
  const stopped: number[] = [];
  const ticker = createTicker(() => now, {
    start: (callback) => {
      tick = callback;
      return 7;
    },
    stop: (id) => stopped.push(id),
  });
  const heard: string[] = [];
  const endA = ticker.subscribe(() => heard.push(`a ${ticker.now()}`));
  const endB = ticker.subscribe(() => heard.push(`b ${ticker.now()}`));
  now = 400;
  expect(ticker.now()).toBe(0);
  now = 1000;
  (tick as (() => void) | null)?.();
  expect(heard).toEqual(['a 1000', 'b 1000']);
  endA();
  endA();
  expect(stopped).toEqual([]);
  endB();
  expect(stopped).toEqual([7]);
  now = 2000;
  expect(ticker.now()).toBe(2000);
});
