import { expect, test } from '@jest/globals';
import { createViewMemo } from './view-memo.ts';

/** A memo, and a function that asks it for a key and returns how often something has been computed so far. */
function setUp(agents = 0, result: unknown = null) {
  const memoize = createViewMemo(agents);
  let computed = 0;
  return (key: string): number => {
    memoize(key, () => {
      computed += 1;
      return result;
    });
    return computed;
  };
}

test('computes once for a key', () => {
  const memoize = createViewMemo(0);
  expect([memoize('a', () => 1), memoize('b', () => 2), memoize('a', () => 3)]).toEqual([1, 2, 1]);
});

test('keeps the keys that were used last, and a bounded number of them', () => {
  const ask = setUp();
  ask('kept');
  for (let i = 0; i < 1000; i += 1) {
    ask(`other ${i}`);
    ask('kept');
  }
  expect(ask('kept')).toBe(1001);
  expect(ask('other 0')).toBe(1002);
});

test('keeps nothing for long keys', () => {
  const ask = setUp();
  ask('x'.repeat(10_000));
  expect(ask('x'.repeat(10_000))).toBe(2);
});

test('keeps more lists the shorter they are', () => {
  const agents = 10_000;
  const keptOf = (length: number): number => {
    const ask = setUp(agents, Array.from({ length }));
    for (let i = 0; i < 500; i += 1) ask(`list ${i}`);
    // From the last one: an earlier one that is computed again would replace those after it.
    for (let i = 499; i >= 0; i -= 1) if (ask(`list ${i}`) > 500) return 499 - i;
    return 500;
  };
  expect([keptOf(agents), keptOf(50)]).toEqual([20, 500]);
});
