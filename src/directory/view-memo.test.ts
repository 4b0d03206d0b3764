import { expect, test } from '@jest/globals';
import { createViewMemo } from './view-memo.ts';

/** A memo, and a function that asks it for a key and returns how often something has been computed so far. */
function setUp() {
  const memoize = createViewMemo();
  let computed = 0;
  return (key: string): number => {
    memoize(key, () => {
      computed += 1;
      return null;
    });
    return computed;
  };
}

test('computes once for a key', () => {
  const memoize = createViewMemo();
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
